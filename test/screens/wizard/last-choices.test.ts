import { expect, test } from 'vitest';
import type { Known } from '../../../src/screens/known/known.ts';
import { readLastChoices } from '../../../src/screens/wizard/last-choices.ts';
import { flagsOf } from '../../../src/screens/wizard/wizard-items.ts';
import { settled, wizardWants } from '../../../src/screens/wizard/wizard-keys.ts';
import { toStep } from '../../../src/screens/wizard/wizard-moves.ts';
import { wizardScreen } from '../../../src/screens/wizard/wizard-screen.ts';
import {
  openWizard,
  type WizardState,
  withDraft,
  withOption,
} from '../../../src/screens/wizard/wizard-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { command } from '../screen-context.ts';
import { answered, REMEMBERED, shown } from './wizard-context.ts';

/** What a start leaves, as it comes back from the file that keeps it. */
function left(state: WizardState) {
  const summary = toStep(state, 8, answered(state).known);
  const { effects } = wizardScreen.act(summary, command('enter'), answered(summary));
  const start = effects?.find(({ kind }) => kind === 'start');
  if (start?.kind !== 'start') throw new Error('It does not start.');
  const { last, options } = start.choices;
  return { options, last: readLastChoices(JSON.parse(JSON.stringify(last))) };
}

function said(state: WizardState, known: Known = answered(state).known): string {
  const context = { ...answered(state), known };
  return textOf(wizardScreen.message?.(settled(state, context), context) ?? []);
}

test('the next wizard begins with preset, GPU mode, problems, samplers and seeds as they were chosen', () => {
  const chosen = withDraft(
    withOption(withOption(openWizard({}), 'gpuMode', 'vectorized'), 'nSeeds', 10),
    { preset: 'full', samplers: ['hmc', 'sgld'], problems: ['quadratic'] },
  );
  const next = openWizard({}, {}, left(chosen).last);
  expect(next.draft).toEqual(chosen.draft);
  expect(flagsOf(next)).toEqual(flagsOf(chosen));
});

test('a start leaves the options that were chosen, in their order', () => {
  const chosen = withOption(
    withOption(withDraft(openWizard({}), { backend: 'modal' }), 'gpuTypes', ['A100', 'H100']),
    'maxConcurrent',
    8,
  );
  expect(left(chosen).options).toEqual({ gpuTypes: ['A100', 'H100'], maxConcurrent: 8 });
});

test('the host of a cluster elsewhere is offered again after sweeps in other places', () => {
  const elsewhere = openWizard({ backend: 'slurm', ssh: 'hydra' });
  const here = withDraft(elsewhere, { backend: 'local' });
  const next = openWizard({ backend: 'local' }, {}, left(here).last);
  expect(shown(toStep(next, 2, answered(next).known), answered(next))[5]).toBe('    ssh     hydra');
  expect(flagsOf(next)).toEqual(['--preset=quick']);
  const typing = wizardScreen.act(
    { ...toStep(next, 2, answered(next).known), row: 2 },
    command('enter'),
    answered(next),
  );
  expect(typing.state?.typing).toMatchObject({ name: 'ssh', field: { text: 'hydra' } });
});

test('what is no choice is not heard', () => {
  const kept = { preset: 'huge', file: 7, gpuMode: 'warp', nSeeds: -1, problems: [1], host: '' };
  expect(readLastChoices(kept)).toEqual({});
  expect(readLastChoices({ preset: 'file' })).toEqual({});
});

test('a partition and an account that are gone give way to the usual ones, and that is said', () => {
  const before = { ...REMEMBERED, slurm_partition: 'old', slurm_account: 'lab-left' };
  const state = toStep(openWizard(before), 5, answered(openWizard(before)).known);
  expect(said(state)).toBe(
    "old is not a partition here (gpu, short, low, cpu). Using the cluster's own. " +
      "lab-left is not an account here (lab-geom). Using the cluster's own.",
  );
  const flags = flagsOf(settled(state, answered(state)));
  expect(flags).toContain('--slurm-partition=none');
  expect(flags).toContain('--slurm-account=none');
  // Who types it all the same is taken at his word.
  const typed = withOption(state, 'slurmPartition', 'old');
  expect(flagsOf(settled(typed, answered(typed)))).not.toContain('--slurm-partition=none');
});

test('of GPU types those that the place has stay in their order; without any the usual one is taken', () => {
  const modal = (types: readonly string[]) =>
    withOption(openWizard({ backend: 'modal', gpu_types: types }), 'gpuMode', 'vectorized');
  const types = (state: WizardState) =>
    flagsOf(settled(state, answered(state))).filter((flag) => flag.startsWith('--gpu-types'));
  expect(types(modal(['A100', 'H100']))).toEqual([]);
  expect(types(modal(['A100', 'T4', 'H100']))).toEqual(['--gpu-types=A100,H100']);
  const gone = modal(['T4']);
  expect(types(gone)).toEqual(['--gpu-types=L40S']);
  expect(said(toStep(gone, 5, answered(gone).known))).toBe(
    'T4 is not a type here (H100, A100, L40S). Using L40S.',
  );
});

test('the study of last time is loaded again; one that is gone gives way to quick, and that is said', () => {
  const state = openWizard({}, {}, { preset: 'file', file: 's.yaml' });
  const { known } = answered(state);
  expect(wizardWants(state, known)).toEqual([{ kind: 'load-study', path: 's.yaml' }]);
  const answer = { kind: 'failed', why: 's.yaml cannot be read: ENOENT.', hint: '' } as const;
  const told: Known = { ...known, wizard: { ...known.wizard, study: { to: 's.yaml', answer } } };
  expect(settled(state, { known: told }).draft.preset).toBe('quick');
  expect(said(state, told)).toBe('s.yaml cannot be read: ENOENT. Using quick.');
});

test('another study decides on its seeds and its GPU mode again', () => {
  const state = withDraft(openWizard({}, {}, { gpuMode: 'vectorized', nSeeds: 10 }), {
    file: 's.yaml',
  });
  const typing = wizardScreen.act({ ...state, row: 3 }, command('enter'), answered(state)).state;
  const typed = wizardScreen.type?.(
    typing ?? state,
    { kind: 'key', name: 'enter' },
    answered(state),
  );
  expect(typed?.state?.draft).toMatchObject({ preset: 'file', file: 's.yaml', options: {} });
});
