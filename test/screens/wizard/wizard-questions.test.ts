import { expect, test } from 'vitest';
import type { Known } from '../../../src/screens/known/known.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import { flagsOf } from '../../../src/screens/wizard/wizard-items.ts';
import { wizardWants } from '../../../src/screens/wizard/wizard-keys.ts';
import { askedBy, type WizardKnown } from '../../../src/screens/wizard/wizard-known.ts';
import { toStep } from '../../../src/screens/wizard/wizard-moves.ts';
import { wizardScreen } from '../../../src/screens/wizard/wizard-screen.ts';
import { openWizard, withDraft, withOption } from '../../../src/screens/wizard/wizard-state.ts';
import { command, contextOf } from '../screen-context.ts';
import { answered, REMEMBERED } from './wizard-context.ts';

const knowing = (wizard: Partial<WizardKnown>) =>
  contextOf({ wizard: { remembered: {}, ...wizard } } as Partial<Known>);
const nothing = knowing({}).known;
const plan = (flags: readonly string[]) => ({ kind: 'plan', flags });
const check = (flags: readonly string[], again = false) => ({ kind: 'check', flags, again });

test('when it opens it asks what the places offer and how many jobs there would be', () => {
  const asked = (remembered: Readonly<Record<string, unknown>>) =>
    wizardWants(openWizard(remembered), nothing);
  const places = (remembered: Readonly<Record<string, unknown>>) =>
    asked(remembered).flatMap((one) => (one.kind === 'discover' ? [one.backend] : []));
  expect(places({})).toEqual(['local', 'slurm', 'modal']);
  expect(places({ ssh: 'hydra' })).toEqual(['local', 'slurm', 'modal', 'ssh:hydra']);
  expect(asked({}).at(-1)).toEqual(plan(['--preset=quick']));
});

test('what was asked is not asked again', () => {
  const state = openWizard(REMEMBERED);
  const { known } = answered(state);
  expect(wizardWants(state, known)).toEqual([]);
  const to = askedBy(flagsOf(state));
  const offers = { local: WAITING, slurm: WAITING, modal: WAITING };
  const asked = knowing({ offers, plan: { to, answer: WAITING } }).known;
  expect(wizardWants(state, asked)).toEqual([]);
});

test('an answer to other flags is none: the plan is asked for, in the summary the preflight too', () => {
  const state = openWizard(REMEMBERED);
  const { known } = answered(state);
  const other = withOption(state, 'nSeeds', 7);
  expect(wizardWants(other, known)).toEqual([plan(flagsOf(other))]);
  expect(wizardWants(toStep(other, 8, known), known)).toEqual([
    plan(flagsOf(other)),
    check(flagsOf(other)),
  ]);
});

test('a study that has been read changes the flags, and that is asked for without a key', () => {
  const state = withDraft(openWizard({}), { preset: 'file', file: 'a.yaml' });
  const { known } = answered(state);
  expect(wizardWants(state, known)).toEqual([]);
  const value = { kind: 'preset', problems: [], samplers: [], seeds: null, options: {} } as const;
  const study = { to: 'a.yaml', answer: { kind: 'here', value } } as const;
  const told: Known = { ...known, wizard: { ...known.wizard, study } };
  expect(wizardWants(state, told)).toEqual([plan(['--preset=a.yaml'])]);
});

test('r asks the places of steps 2 to 5 again, and in the summary whether it would start', () => {
  const state = openWizard(REMEMBERED);
  const context = answered(state);
  const asked = (step: 1 | 2 | 4 | 6 | 8) =>
    wizardScreen.act(toStep(state, step, context.known), command('recheck'), context).effects;
  const again = (backend: string) => ({ kind: 'discover', backend, again: true });
  expect(asked(2)).toEqual(['local', 'slurm', 'modal'].map(again));
  expect(asked(4)).toEqual([again('slurm')]);
  expect(asked(8)).toEqual([plan(flagsOf(state)), check(flagsOf(state), true)]);
  const why = (step: 1 | 5 | 6 | 8) =>
    wizardScreen.off(toStep(state, step, context.known), 'recheck', context);
  expect([why(1), why(5), why(6), why(8)]).toEqual([
    'Steps 2 to 5 and 8 can be asked again.',
    null,
    'Steps 2 to 5 and 8 can be asked again.',
    null,
  ]);
});
