import { readOption } from '../../dispatch/config/read-option.ts';
import type { RunOptionName } from '../../dispatch/config/run-options.ts';
import type { Resources } from '../../dispatch/job/job-spec.ts';
import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import { hoursText, spanText } from '../../ui/format/numbers.ts';
import { line } from '../../ui/line.ts';
import type { Command, Context, Effect, Question } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { at, type JobSeen } from './job-seen.ts';
import { jobLabel } from './job-words.ts';

/** What acts on one job come to: an effect, a question before it, or why not. */
export interface Act {
  readonly effects?: readonly Effect[];
  readonly ask?: Question;
  readonly say?: string;
}

/** Why a retry is off, or null. */
export function retryOff({ job }: JobSeen): string | null {
  if (job.state === 'error' || job.state === 'cancelled') return null;
  if (job.state === 'ok' || job.state === 'cached') return 'It is ok. F computes it again.';
  if (job.state === 'held') return 'Its retry is asked for already. u takes it back.';
  return `${jobLabel(job)} is ${job.state}. x cancels it first.`;
}

export function recomputeOff({ job }: JobSeen): string | null {
  if (TERMINAL_STATES.has(job.state)) return null;
  if (job.state === 'held') return 'Its retry is asked for already. u takes it back.';
  return `${jobLabel(job)} is ${job.state}. x cancels it first.`;
}

export function cancelOff(seen: JobSeen): string | null {
  const { job } = seen;
  if (job.state === 'held') return 'Nothing to cancel: u takes the retry back.';
  if (!TERMINAL_STATES.has(job.state)) return job.cancelling ? 'It is being cancelled.' : null;
  const ended = job.endedAt === null ? '' : `: it ended ${at(seen, job.endedAt)}`;
  return `Nothing to cancel${ended}.`;
}

export function pullOff({ job, files }: JobSeen, context: Context): string | null {
  if (job.outcome === null) return 'No result yet.';
  if (job.pull !== null) return 'Its run is on its way.';
  const there = loadedValue(context.known.stored)?.there;
  return files?.runDir != null || there === null ? 'Its run is here already.' : null;
}

/** What a retry may change, as it is typed. */
const CHANGES = {
  'mem-gb': ['memGb', 'memoryGb'],
  cpus: ['cpus', 'cpus'],
  'timeout-min': ['timeoutMin', 'timeoutMin'],
  'gpu-types': ['gpuTypes', 'gpuTypes'],
} as const satisfies Readonly<Record<string, readonly [RunOptionName, keyof Resources]>>;

export function retry(seen: JobSeen, command: Command): Act {
  const changed: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(command.options)) {
    if (!Object.hasOwn(CHANGES, name))
      return { say: `Retry cannot change ${name}. It can: ${Object.keys(CHANGES).join(', ')}.` };
    const [option, resource] = CHANGES[name as keyof typeof CHANGES];
    const read = readOption(option, text, name);
    if (!read.ok) return { say: `${name}: ${read.issue.expected}. Nothing was asked for.` };
    changed[resource] = read.value;
  }
  return {
    effects: [
      {
        ...order(seen, 'retry'),
        isHeld: true,
        ...(Object.keys(changed).length === 0 ? {} : { resources: changed as Partial<Resources> }),
      },
    ],
  };
}

export function recompute(seen: JobSeen): Act {
  const { durationS } = seen.job;
  const cost = durationS === null || durationS === 0 ? '' : ` About ${usedText(seen, durationS)}.`;
  return {
    ask: {
      title: 'Recompute',
      lines: [
        line(
          `Compute ${jobLabel(seen.job)} again?${cost} Old results stay until new ones are whole.`,
        ),
      ],
      answer: { kind: 'letter' },
      yes: 'compute it',
      no: 'leave it',
      effects: [{ ...order(seen, 'retry'), isHeld: false, noSkip: true }],
    },
  };
}

export function cancel(seen: JobSeen): Act {
  const { job, now } = seen;
  const runs = isLive(job.state) && job.startedAt !== null;
  const loses = runs
    ? `It runs and loses ${spanText((now - (job.startedAt as number)) / 1000)} of ${unitOf(seen)} time.`
    : 'It leaves the queue.';
  return {
    ask: {
      title: 'Cancel',
      lines: [line(`Cancel ${jobLabel(job)}? ${loses}`)],
      answer: { kind: 'letter' },
      yes: 'cancel it',
      no: 'keep it',
      effects: [{ ...order(seen, 'cancel'), isHeld: false }],
    },
  };
}

export function pull(seen: JobSeen): Act {
  return { effects: [{ ...order(seen, 'pull'), isHeld: true }] };
}

function order({ watched, job }: JobSeen, action: 'retry' | 'cancel' | 'pull') {
  return {
    kind: 'order',
    sweepId: watched.sweepId,
    action,
    jobs: [{ jobId: job.jobId, attempt: job.attempt }],
  } as const;
}

function unitOf({ resources }: JobSeen): 'GPU' | 'CPU' {
  return resources.gpuMode === 'off' ? 'CPU' : 'GPU';
}

function usedText(seen: JobSeen, seconds: number): string {
  const unit = unitOf(seen);
  return hoursText((seconds / 3600) * (unit === 'GPU' ? 1 : seen.resources.cpus), unit);
}
