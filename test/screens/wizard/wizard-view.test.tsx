import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import type { Context } from '../../../src/screens/console/screen.ts';
import { toStep } from '../../../src/screens/wizard/wizard-moves.ts';
import { openWizard, type StepNumber } from '../../../src/screens/wizard/wizard-state.ts';
import { WizardView } from '../../../src/screens/wizard/wizard-view.tsx';
import { themeOf } from '../../../src/ui/theme.ts';
import { answered, REMEMBERED, shown } from './wizard-context.ts';

const why = `This version of llc has no modal backend${' at all'.repeat(12)}.`;

/** The wizard as a terminal gets it, where Modal cannot be had. */
function drawn(step: StepNumber, row: number, colour: boolean) {
  const opened = openWizard(REMEMBERED);
  const { known, ...rest } = answered(opened, {}, { theme: themeOf({ colour, ascii: false }) });
  const offers = { ...known.wizard.offers, modal: { kind: 'failed', why, hint: 'No.' } } as const;
  const context: Context = { ...rest, known: { ...known, wizard: { ...known.wizard, offers } } };
  const state = { ...toStep(opened, step, known), row };
  const text = renderToString(<WizardView state={state} context={context} />, { columns: 80 });
  return { rows: text.split('\n').map((one) => one.trimEnd()), expected: shown(state, context) };
}

test('what is drawn is what was tested as rows, also where reasons are long', () => {
  for (const step of [1, 2, 3, 5, 6, 8] as const) {
    const { rows, expected } = drawn(step, step === 2 ? 3 : 0, false);
    expect(rows).toEqual(expected);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(79);
  }
  expect(drawn(2, 3, false).rows[6]).toMatch(/^ {2}\[ modal .*… \]$/);
});

test('with colours the choice is inverse and what cannot be taken is dim', () => {
  const { rows } = drawn(2, 1, true);
  const dim = rows.filter((row) => row.includes('\u001b[2m'));
  expect(dim).toHaveLength(1);
  expect(dim[0]).toContain('modal');
  expect(rows.find((row) => row.includes('\u001b[7m'))).toContain('slurm');
});
