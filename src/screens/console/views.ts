import type { ReactElement } from 'react';
import { WizardView } from '../wizard/wizard-view.tsx';
import type { ScreenName } from './command-table.ts';
import type { Place } from './console-state.ts';
import type { Context } from './screen.ts';

type View = (props: { readonly state: Place; readonly context: Context }) => ReactElement;

/** The screens that are drawn with components; the others are lines. A screen is handed only states that it made. */
export const VIEWS: Readonly<Partial<Record<ScreenName, View>>> = {
  wizard: WizardView as unknown as View,
};
