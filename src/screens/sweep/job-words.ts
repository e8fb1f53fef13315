import type { JobState } from '../../dispatch/job/words.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { Tone } from '../../ui/line.ts';
import type { Theme } from '../../ui/theme.ts';
import { caretText } from './caret-text.ts';
import { doubtWord } from './doubt-words.ts';
import { samplerName } from './families.ts';
import { holdWord } from './site-hold.ts';

/** What a cell shows of a job: its state, or that it waits until somebody acts. */
export type Face = JobState | 'needs-hands';

interface FaceWords {
  readonly glyph: string;
  readonly ascii: string;
  readonly word: string;
  readonly tones: readonly Tone[];
}

/** Glyph, word and colour of every face; no two share a glyph, in ASCII neither. All are one column wide. */
export const FACES: Readonly<Record<Face, FaceWords>> = {
  planned: { glyph: '·', ascii: '.', word: 'planned', tones: ['quiet'] },
  held: { glyph: '»', ascii: '^', word: 'asked', tones: ['asked'] },
  submitted: { glyph: '◌', ascii: ',', word: 'submitted', tones: ['quiet'] },
  waiting: { glyph: '◔', ascii: 'w', word: 'waiting', tones: ['quiet'] },
  'needs-hands': { glyph: '!', ascii: '!', word: 'held up', tones: ['alert'] },
  starting: { glyph: '▹', ascii: 'o', word: 'starting', tones: ['live'] },
  running: { glyph: '▸', ascii: '>', word: 'running', tones: ['live'] },
  collecting: { glyph: '⇣', ascii: 'v', word: 'collecting', tones: ['live'] },
  retrying: { glyph: '↻', ascii: '@', word: 'retrying', tones: ['warn'] },
  ok: { glyph: '✓', ascii: '+', word: 'ok', tones: ['good'] },
  cached: { glyph: '=', ascii: '=', word: 'cached', tones: ['quiet'] },
  error: { glyph: '✗', ascii: 'x', word: 'error', tones: ['bad'] },
  cancelled: { glyph: '⊘', ascii: '-', word: 'cancelled', tones: ['quiet'] },
};

/** Faces in the order of the header. */
export const HEADER_FACES = [
  'ok',
  'cached',
  'running',
  'collecting',
  'starting',
  'needs-hands',
  'submitted',
  'waiting',
  'retrying',
  'held',
  'error',
  'cancelled',
  'planned',
] as const satisfies readonly Face[];

export function glyphOf(face: Face, { ascii }: Pick<Theme, 'ascii'>): string {
  return ascii ? FACES[face].ascii : FACES[face].glyph;
}

export function faceOf(job: JobRecord): Face {
  return job.state === 'waiting' && holdWord(job.detail) !== null ? 'needs-hands' : job.state;
}

/** A finished run whose own verdict speaks against it. */
export function isDoubtful({ outcome }: Pick<JobRecord, 'outcome'>): boolean {
  return outcome !== null && doubtWord(outcome.verdict) !== null;
}

/** It will not get better by waiting: failed, doubtful, or held up until somebody acts. */
export function needsYou(job: JobRecord): boolean {
  const face = faceOf(job);
  return (
    face === 'error' ||
    face === 'needs-hands' ||
    ((face === 'ok' || face === 'cached') && isDoubtful(job))
  );
}

/** `medium s2 hmc`. */
export function jobLabel(job: JobRecord): string {
  return caretText(`${job.problem} s${job.seed} ${samplerName(job)}`);
}
