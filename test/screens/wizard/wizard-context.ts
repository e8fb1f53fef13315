import type { Discovery } from '../../../src/dispatch/backend.ts';
import type { Context } from '../../../src/screens/console/screen.ts';
import type { Known } from '../../../src/screens/known/known.ts';
import type { Loaded } from '../../../src/screens/known/loaded.ts';
import { flagsOf } from '../../../src/screens/wizard/wizard-items.ts';
import {
  askedBy,
  type Offer,
  type PlanAnswer,
  type PreflightAnswer,
  type WizardKnown,
} from '../../../src/screens/wizard/wizard-known.ts';
import { wizardParts } from '../../../src/screens/wizard/wizard-lines.ts';
import type { WizardState } from '../../../src/screens/wizard/wizard-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { contextOf } from '../screen-context.ts';

const NOTHING: Discovery = {
  partitions: [],
  accounts: [],
  gpuTypes: [],
  cores: null,
  memoryGb: null,
  maxJobs: null,
  budgetLeft: null,
};

const here = <T>(value: T): Loaded<T> => ({ kind: 'here', value });

export function offer(more: Partial<Discovery>, place = ''): Loaded<Offer> {
  return here({ discovery: { ...NOTHING, ...more }, place });
}

const gpu = (type: string, free: number, total: number) => ({ type, free, total });

export const OFFERS = {
  local: offer({ cores: 16 }),
  slurm: offer({
    partitions: [
      {
        name: 'gpu',
        state: 'up',
        idleCpus: 412,
        gpus: [gpu('A100', 5, 32)],
        limitMin: 2880,
        queued: 18,
        note: '',
      },
      {
        name: 'short',
        state: 'up',
        idleCpus: 96,
        gpus: [gpu('L40S', 2, 8)],
        limitMin: 60,
        queued: 3,
        note: '',
      },
      {
        name: 'low',
        state: 'up',
        idleCpus: 96,
        gpus: [gpu('A100', 11, 32)],
        limitMin: 10080,
        queued: 40,
        note: 'preempts',
      },
      { name: 'cpu', state: 'up', idleCpus: 1250, gpus: [], limitMin: 2880, queued: 0, note: '' },
    ],
    accounts: ['lab-geom'],
  }),
  modal: offer(
    {
      gpuTypes: [
        { name: 'H100', perHour: 3.95 },
        { name: 'A100', perHour: 2.5 },
        { name: 'L40S', perHour: 1.95 },
      ],
      budgetLeft: 40,
    },
    'profile lab',
  ),
};

export const PLAN: Extract<PlanAnswer, { ok: true }> = {
  ok: true,
  jobs: 120,
  cached: 8,
  problems: ['small', 'medium', 'large'],
  samplers: ['sgld', 'sghmc', 'hmc', 'mclmc'],
  seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  estimate: {
    seconds: 12_600,
    atOnce: 16,
    cpuHours: 228,
    gpuHours: 57,
    dollars: null,
    mostDollars: null,
  },
  notes: [],
};

export const REMEMBERED = {
  backend: 'slurm',
  slurm_partition: 'gpu',
  slurm_account: 'lab-geom',
};

/** What is known when the rim has answered the questions of this state. */
export function answered(
  state: WizardState,
  more: { plan?: PlanAnswer; preflight?: PreflightAnswer; offers?: WizardKnown['offers'] } = {},
  context: Partial<Context> = {},
): Context {
  const to = askedBy(flagsOf(state));
  const wizard: WizardKnown = {
    remembered: state.remembered,
    offers: more.offers ?? OFFERS,
    plan: { to, answer: here(more.plan ?? PLAN) },
    preflight: { to, answer: here(more.preflight ?? { ok: true, notes: [] }) },
  };
  return contextOf({ wizard } as Partial<Known>, context);
}

/** The wizard's rows as they are read. */
export function shown(state: WizardState, context: Context): string[] {
  const { before, list, after } = wizardParts(state, context);
  const labels = (list?.labels ?? []).map((label, row) =>
    row === list?.cursor ? `  [ ${label} ]` : `    ${label}`,
  );
  return [...before.map(textOf), ...labels, ...after.map(textOf)].map((row) => row.trimEnd());
}
