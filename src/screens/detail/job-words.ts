import type { JobState } from '../../dispatch/job/words.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { Tone } from '../../ui/line.ts';
import { samplerName } from '../sweep/families.ts';
import { caretText } from './caret-text.ts';

/** `large s0 hmc`: what a person calls a job. */
export function jobLabel(job: JobRecord): string {
  return caretText(`${job.problem} s${job.seed} ${samplerName(job)}`);
}

/** What backends are called on screens. */
export function backendName(backend: string): string {
  return backend === 'submitit' ? 'slurm' : backend;
}

/** Glyph, ASCII glyph and tone of each state (design, section 3). */
const LOOKS: Readonly<Record<JobState, readonly [string, string, Tone]>> = {
  planned: ['·', '.', 'quiet'],
  held: ['»', '^', 'asked'],
  submitted: ['◌', ',', 'quiet'],
  waiting: ['◔', 'w', 'quiet'],
  starting: ['▹', 'o', 'live'],
  running: ['▸', '>', 'live'],
  collecting: ['⇣', 'v', 'live'],
  retrying: ['↻', '@', 'warn'],
  ok: ['✓', '+', 'good'],
  cached: ['=', '=', 'good'],
  error: ['✗', 'x', 'bad'],
  cancelled: ['⊘', '-', 'quiet'],
};

export function stateGlyph(state: JobState, ascii: boolean): string {
  return LOOKS[state][ascii ? 1 : 0];
}

export function stateTone(state: JobState): Tone {
  return LOOKS[state][2];
}
