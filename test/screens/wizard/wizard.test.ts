import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flagsOfArgv } from '../../../src/dispatch/config/flags.ts';
import {
  type ResolvedRunOptions,
  resolveRunOptions,
} from '../../../src/dispatch/config/resolve-run-options.ts';
import { footLines } from '../../../src/screens/console/foot-lines.ts';
import { SCREENS } from '../../../src/screens/console/screens.ts';
import { commandText, draftFlags, quoted } from '../../../src/screens/wizard/draft-flags.ts';
import { flagsOf, optionOf } from '../../../src/screens/wizard/wizard-items.ts';
import type { StudyAnswer } from '../../../src/screens/wizard/wizard-known.ts';
import { wizardParts } from '../../../src/screens/wizard/wizard-lines.ts';
import { toStep } from '../../../src/screens/wizard/wizard-moves.ts';
import { wizardScreen } from '../../../src/screens/wizard/wizard-screen.ts';
import {
  openWizard,
  type StepNumber,
  type WizardState,
  withDraft,
  withOption,
} from '../../../src/screens/wizard/wizard-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { widthOf } from '../../../src/ui/text/width.ts';
import { smallConsole } from '../console/small-console.ts';
import { command } from '../screen-context.ts';
import { answered, offer, PLAN, REMEMBERED, shown } from './wizard-context.ts';

const full = withDraft(
  withOption(withOption(openWizard(REMEMBERED), 'gpuMode', 'vectorized'), 'nSeeds', 10),
  { preset: 'full' },
);

function frame(
  state: WizardState,
  step: StepNumber,
  ...more: Parameters<typeof answered> extends [unknown, ...infer R] ? R : never
) {
  const context = answered(state, ...more);
  return shown(toStep(state, step, context.known), context);
}

/** Presses keys as the console does: an open field first, then the command. */
function press(state: WizardState, names: readonly string[]): WizardState {
  const keys: Record<string, Parameters<typeof command>> = {
    enter: ['enter'],
    esc: ['back'],
    up: ['up'],
    down: ['down'],
    left: ['left'],
    right: ['right'],
    space: ['mark'],
    S: ['summary'],
    J: ['move-down'],
    K: ['move-up'],
    w: ['save-study', {}, ['w']],
    y: ['copy'],
    r: ['recheck'],
  };
  return names.reduce((before, name) => {
    const context = answered(before);
    const settled = wizardScreen.settle?.(before, context) ?? before;
    const typed = wizardScreen.type?.(settled, { kind: 'key', name }, context);
    if (typed != null) return typed.state ?? settled;
    const given = /^[1-8]$/.test(name)
      ? command('step', {}, [name])
      : keys[name] && command(...keys[name]);
    return given === undefined
      ? settled
      : (wizardScreen.act(settled, given, context).state ?? settled);
  }, state);
}

test('the first step is as it was drawn', () => {
  expect(frame(full, 1)).toEqual([
    'New sweep   nothing starts before step 8',
    '> 1 Preset',
    '    quick   minutes in all: a first look, rough errors',
    '  [ full    hours: numbers to publish ]',
    '    none    the built-in defaults',
    '    file    load a study, STUDY.yaml',
    '  2 Backend     slurm, as last time',
    '  3 GPU mode    vectorized',
    '  4 GPU types   the partition decides',
    '  5 Options     gpu, lab-geom, 180 min, 4 cpus, 16 GB',
    '  6 Jobs        3 problems x 4 samplers x 10 seeds = 120, 8 cached',
    '  7 Fields      none changed',
    '  8 Summary     112 jobs, ~57 GPU h, ~3 h 30 min at 16 at once',
  ]);
});

test('backends, partitions, GPU types and options are as they were drawn', () => {
  expect(frame(full, 2).slice(2, 7)).toEqual([
    '> 2 Backend',
    '    local   this machine: 16 cores, no GPU',
    '  [ slurm   this cluster, 3 partitions open to you ]',
    '    ssh     a cluster elsewhere, a host of your ssh config',
    '    modal   serverless, profile lab, $40.00 left',
  ]);
  expect(frame(full, 5).slice(5, 12)).toEqual([
    '> 5 Options     partition',
    '    name    GPUs free   idle CPUs  limit  queue  state',
    '  [ gpu     A100 5/32         412    2 d     18  up]',
    '    short   L40S 2/8           96    1 h      3  up',
    '    low     A100 11/32         96    7 d     40  up, preempts',
    '    cpu     none            1,250    2 d      0  GPU mode off only',
    '    account lab-geom   minutes 180   cpus 4   memory 16 GB   more...',
  ]);
  const modal = withOption(withDraft(full, { backend: 'modal' }), 'gpuTypes', ['H100', 'A100']);
  expect(frame(modal, 4).slice(4, 7)).toEqual([
    '> 4 GPU types   the next is tried when a job has not started within 180 s',
    '  [ 1 H100 $3.95/h ]   2 A100 $2.50/h   - L40S $1.95/h',
    '    space takes or drops, J K reorder',
  ]);
  const local = withOption(withDraft(full, { backend: 'local' }), 'workers', 4);
  expect(frame(local, 5)[5]).toBe('> 5 Options     workers [ 4 ]   of 16 cores, 4 a job');
});

const study = (problems: readonly string[]): StudyAnswer => ({
  kind: 'study',
  problems: problems.map((name) => ({ name, overrides: {} })),
  samplers: [],
  seeds: 10,
  options: {},
});

test('jobs, the summary and what Modal takes are as they were drawn', () => {
  const problems = ['small', 'medium', 'large', 'dln-3-3-3'];
  const own = withDraft(full, {
    preset: 'file',
    file: 's.yaml',
    study: study(problems),
    problems: problems.slice(0, 3),
  });
  expect(frame(own, 6).slice(6, 12)).toEqual([
    '> 6 Jobs        3 x 4 x 10 = 120 jobs, 8 cached, 112 to run',
    '    problems        samplers      seeds',
    '  [ x small ]       x sgld        10  (0-9)',
    '    x medium        x sghmc',
    '    x large         x hmc',
    '    - dln-3-3-3     x mclmc',
  ]);
  const notes = ['sbatch 22.05', 'gpu up', 'node 24', '41 GB free'];
  expect(frame(full, 8, { preflight: { ok: true, notes } }).slice(8)).toEqual([
    '> 8 Summary     120 jobs: 112 to run, 8 cached',
    "    time        ~3 h 30 min at 16 at once, and the queue's wait",
    '    cost        ~57 GPU h on account lab-geom',
    '    preflight   ok: sbatch 22.05, gpu up, node 24, 41 GB free',
    '    llc sweep --preset=full --gpu-mode=vectorized --n-seeds=10',
  ]);
  const modal = withOption(withDraft(full, { backend: 'modal' }), 'maxConcurrent', 8);
  const estimate = {
    seconds: 60,
    atOnce: 8,
    cpuHours: 1,
    gpuHours: 1,
    dollars: 30.6,
    mostDollars: null,
  };
  expect(frame(modal, 5, { plan: { ...PLAN, estimate } })[5]).toBe(
    '> 5 Options     at once [ 8 ]   timeout 3 h   retries 3   $31 of $40.00 left',
  );
});

test('the summary names dollars where there is a price, and the most that it can cost', () => {
  const modal = withDraft(full, { backend: 'modal' });
  const cost = (estimate: Partial<typeof PLAN.estimate>) =>
    frame(modal, 8, { plan: { ...PLAN, estimate: { ...PLAN.estimate, ...estimate } } })[10];
  expect(cost({ dollars: 31, mostDollars: 237 })).toBe(
    '    cost        ~57 GPU h, ~$31.00, $237.00 at most',
  );
  expect(cost({ gpuHours: null, cpuHours: null, mostDollars: 1240 })).toBe(
    '    cost        not known before such jobs have run, $1,240 at most',
  );
});

test('long and wide names of problems keep the columns in place', () => {
  const names = ['模型-α', `dln-${'64-'.repeat(20)}r32`, 'small'];
  const own = withDraft(full, { preset: 'file', file: 's.yaml', study: study(names) });
  const rows = frame(own, 6).slice(7, 11);
  const columnOf = (row: string, word: string) => widthOf(row.slice(0, row.indexOf(word)));
  expect(
    rows.map((row, at) => columnOf(row, ['samplers', 'x sgld', 'x sghmc', 'x hmc'][at])),
  ).toEqual([31, 31, 31, 31]);
});

test('a place that cannot be asked is dim, says why and what to do, and cannot be chosen', () => {
  const why = 'There is no token for Modal';
  const offers = { modal: { kind: 'failed', why, hint: 'Make one.' } } as const;
  const { known, ...context } = answered(full);
  const now = { ...context, known: { ...known, wizard: { ...known.wizard, offers } } };
  const state = { ...toStep(full, 2, known), row: 3 };
  expect(shown(state, now)).toContain(`  [ modal   ${why}. Make one. ]`);
  expect(wizardParts(state, now).list?.off).toEqual(new Set([`modal   ${why}. Make one.`]));
  const step = wizardScreen.act(state, command('enter'), now);
  expect(step.say).toBe('Make one.');
  expect(step.state).toBeUndefined();
});

test('a host that cannot be asked can be given up for another, and the foot says what else to do', () => {
  const offers = {
    'ssh:hydra': { kind: 'failed', why: 'hydra does not let ana in', hint: 'Unlock the key.' },
  } as const;
  const remembered = withOption(full, 'ssh', 'hydra');
  const context = answered(remembered, { offers });
  const state = { ...toStep(remembered, 2, context.known), row: 2 };
  expect(shown(state, context)).toContain('  [ ssh     hydra: hydra does not let ana in ]');
  expect(textOf(wizardScreen.message(state, context))).toBe('Unlock the key.');
  expect(wizardScreen.act(state, command('enter'), context).state?.typing).not.toBeNull();
});

test('GPU modes can be chosen where a GPU was found, and on this machine nowhere else', () => {
  const state = withDraft(openWizard({}), { backend: 'local' });
  const chosen = (gpuTypes: readonly string[]) => {
    const { known, ...context } = answered(state);
    const local = offer({ gpuTypes: gpuTypes.map((name) => ({ name, perHour: null })) });
    const now = { ...context, known: { ...known, wizard: { ...known.wizard, offers: { local } } } };
    return wizardScreen.act({ ...toStep(state, 3, now.known), row: 1 }, command('enter'), now);
  };
  expect(chosen([]).say).toMatch(/shows no GPU that can be used; llc doctor says/);
  expect(chosen([]).state).toBeUndefined();
  expect(optionOf(chosen(['NVIDIA H100']).state ?? state, 'gpuMode')).toBe('vectorized');
});

test('a refusal stands in the place of the summary, with what to do', () => {
  const preflight = {
    ok: false,
    error: 'Modal preflight failed: likely out of funds\nModal says: limit reached.',
    hint: 'Nothing was submitted. Top up, then press r.',
  } as const;
  const context = answered(full, { preflight });
  const state = toStep(full, 8, context.known);
  expect(shown(state, context).slice(8)).toEqual([
    '> 8 Summary   ✗ Modal preflight failed: likely out of funds',
    '    Modal says: limit reached.',
    '    Nothing was submitted. Top up, then press r.',
  ]);
  expect(wizardScreen.act(state, command('enter'), context)).toEqual({
    effects: undefined,
    say: expect.stringContaining('r checks again, 2 chooses another backend'),
  });
});

test('the keys below the summary are those that do something: start, or what may change a refusal', () => {
  const keys = (
    given: StepNumber,
    ...more: Parameters<typeof answered> extends [unknown, ...infer R] ? R : never
  ) => {
    const context = answered(full, ...more);
    const place = toStep(full, given, context.known);
    const state = { ...smallConsole().state, known: context.known, places: [place] };
    return footLines(SCREENS, state).map(textOf).at(-1);
  };
  const refused = { ok: false, error: 'Out of funds', hint: 'Top up.' } as const;
  expect(keys(8)).toMatch(/^enter start {2}y copy command {2}w save study {2}\? help/);
  expect(keys(8, { preflight: refused })).toMatch(
    /^r check again {2}1-8 change a choice {2}y copy message {2}\? help/,
  );
  expect(keys(8, { plan: { ok: false, issues: ['seeds: none'] } })).toMatch(
    /^r check again {2}1-8 change a choice/,
  );
  expect(keys(7, { preflight: refused })).toMatch(/^enter next/);
});

test('a choice that is changed after a refusal is asked about anew, and then starts', () => {
  const refused = answered(full, { preflight: { ok: false, error: 'No', hint: '' } });
  const changed = withOption(toStep(full, 8, refused.known), 'cpus', 2);
  expect(wizardScreen.off(changed, 'enter', refused)).toMatch(/still being counted/);
  expect(wizardScreen.off(changed, 'enter', answered(changed))).toBeNull();
});

test('what the place says is never cut: a long refusal stands below its title, notes go on in the next row', () => {
  const error = `--gpu-mode vectorized is not possible: ${'no engine computes on a GPU, '.repeat(3)}sorry.`;
  const refused = answered(full, { preflight: { ok: false, error, hint: 'Use --gpu-mode off.' } });
  const rows = shown(toStep(full, 8, refused.known), refused).slice(8);
  expect(rows[0]).toMatch(/^> 8 Summary {3}✗ --gpu-mode vectorized is not .*…$/);
  expect(rows.slice(1).join(' ').replace(/\s+/g, ' ')).toBe(` ${error} Use --gpu-mode off.`);

  const note = `Modal workspace lab: ${'a job costs about $0.95 an hour, '.repeat(3)}at most $22.92.`;
  const taken = answered(full, { preflight: { ok: true, notes: [note] } });
  const text = shown(toStep(full, 8, taken.known), taken)
    .join(' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain(`preflight ok: ${note} llc sweep`);
});

test('a field is found by parts of its name and checked at each key', () => {
  const state = press(openWizard({}), [
    '/',
    ...'sgld',
    'space',
    ...'step',
    'down',
    'enter',
    ...'3e',
  ]);
  const rows = shown(state, answered(state));
  expect(rows.some((row) => /sgld_step_size +auto > 3e_/.test(row))).toBe(true);
  expect(rows.join(' ')).toContain('"3e" is not that yet');
  expect(flagsOf(press(state, ['-', '6', 'enter']))).toContain('--sgld-step-size=3e-6');
});

test('back at the first step and then at the summary, all answers stand and the command is the same', () => {
  const made = press(openWizard(REMEMBERED), [
    'down',
    'enter',
    'enter',
    'down',
    'enter',
    '6',
    'right',
    'space',
  ]);
  const back = press(made, ['esc', 'esc', 'esc', 'esc', 'esc', 'S']);
  expect(back.draft).toEqual(made.draft);
  expect(commandText(flagsOf(back))).toBe(
    'llc sweep --preset=full --gpu-mode=vectorized --sampler=sghmc,hmc,mclmc',
  );
});

test('what a shell would read otherwise is quoted', () => {
  expect(quoted('--problem-grid=[{"name":"it\'s"}]')).toBe(
    `--problem-grid='[{"name":"it'\\''s"}]'`,
  );
  expect(quoted('--study=~/a.yaml')).toBe("--study='~/a.yaml'");
  expect(quoted('--gpu-types=H100,A100')).toBe('--gpu-types=H100,A100');
});

test('the flags of a draft give the options that were chosen, whatever else says', () => {
  const options = fc.record(
    {
      gpuMode: fc.constantFrom('off', 'vectorized'),
      gpuTypes: fc.constantFrom(['H100'], ['L40S'], ['A100', 'T4']),
      slurmPartition: fc.constantFrom('gpu', 'short', null),
      timeoutMin: fc.constantFrom(180, 30),
      cpus: fc.integer({ min: 1, max: 8 }),
      memGb: fc.constantFrom(16, 32.5),
      workers: fc.constantFrom(null, 3),
      slurmExtra: fc.constantFrom({ nice: '5' }, { nice: '5', reservation: 'course one' }),
      skip: fc.boolean(),
      maxRetries: fc.constantFrom(3, 0),
      maxWaitMin: fc.constantFrom(null, 0.5),
    },
    { requiredKeys: [] },
  );
  const remembered = fc.constantFrom<Record<string, unknown>>(
    {},
    { backend: 'slurm', slurm_partition: 'gpu', cpus: 2, workers: 5, ssh: 'hydra' },
    { backend: 'modal', gpu_types: ['H100'], max_wait_min: 3, timeout_min: 30 },
  );
  const environment = fc.constantFrom<Record<string, string>>(
    {},
    { LLC_MODAL_GPU_LIST: 'A100,T4', LLC_MODAL_TIMEOUT_S: '1800', LLC_MODAL_MAX_RETRIES: '0' },
  );
  const backend = fc.constantFrom('local', 'slurm', 'modal' as const);
  fc.assert(
    fc.property(options, remembered, environment, backend, (chosen, before, env, place) => {
      const { draft, ...state } = openWizard(before, env);
      const made = { ...draft, options: chosen, backend: place as 'local' };
      const given = flagsOfArgv(draftFlags(made, state)).options;
      const got = resolveRunOptions({ flags: given, env, remembered: before });
      const values = Object.fromEntries(
        Object.entries(chosen).map(([key, value]) => [key, value === null ? 'none' : value]),
      );
      const noHost = place === 'slurm' ? { ssh: 'none' } : {};
      const flags = { ...noHost, ...values, backend: place, preset: 'quick' };
      // Flags that say what stands anyway may be left out; but cores that were chosen are not shared out.
      const told = ({ given, ...rest }: ResolvedRunOptions) => ({
        ...rest,
        cpusChosen: given.has('cpus'),
      });
      expect(told(got)).toEqual(told(resolveRunOptions({ flags, env, remembered: before })));
    }),
    { numRuns: 200 },
  );
});

test('what the environment says is shown and needs no flag; what was chosen against it needs one', () => {
  const env = { LLC_MODAL_GPU_LIST: 'A100,T4' };
  const state = withOption(
    withDraft(openWizard({}, env), { backend: 'modal' }),
    'gpuMode',
    'vectorized',
  );
  expect(frame(state, 5)[4]).toBe('  4 GPU types   A100, T4');
  expect(flagsOf(state).join(' ')).not.toContain('gpu-types');
  expect(flagsOf(withOption(state, 'gpuTypes', ['L40S']))).toContain('--gpu-types=L40S');
});

test('going back and forth changes no answer', () => {
  const key = fc.constantFrom('down', 'enter', 'right', 'space', 'J', 'S', '3', '5', '6', 'esc');
  fc.assert(
    fc.property(fc.array(key, { maxLength: 25 }), (keys) => {
      const made = { ...press(openWizard(REMEMBERED), keys), typing: null };
      const back = press(made, [...Array.from({ length: 8 }, () => 'esc'), '4', 'S']);
      expect(back.draft).toEqual(made.draft);
      expect(back.step).toBe(8);
      expect(flagsOf(back)).toEqual(flagsOf(made));
    }),
    { numRuns: 100 },
  );
});

test('no keys make it throw, pass 20 rows with the two at the foot, or pass 80 columns', () => {
  const key = fc.constantFrom(
    ...[
      'enter',
      'enter',
      'esc',
      'up',
      'down',
      'down',
      'left',
      'right',
      'space',
      'S',
      'J',
      'K',
      '/',
    ],
    ...[
      'w',
      'y',
      'r',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      'a',
      's',
      '3',
      '-',
      'backspace',
      '模',
    ],
  );
  const rows = fc.constantFrom(13, 18, 22, 60);
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), rows, (keys, height) => {
      const state = press(openWizard(REMEMBERED), keys);
      const lines = shown(state, answered(state, {}, { rows: height }));
      expect(lines.length).toBeLessThanOrEqual(Math.min(18, height));
      for (const row of lines) expect(widthOf(row)).toBeLessThanOrEqual(80);
    }),
    { numRuns: 200 },
  );
});
