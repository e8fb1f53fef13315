import { percentText } from '../../ui/format/numbers.ts';
import { sizeText } from '../../ui/format/size-text.ts';
import type { Tone } from '../../ui/line.ts';
import type { RunStored, Stored } from '../known/stored.ts';

/** A run that is at the other place and not whole here, so that a pull brings something. */
export function canBePulled({ here, there, state, pulling }: RunStored): boolean {
  return there !== null && pulling === null && (here === null || state === 'broken');
}

/** How a run here and there compare. */
export function stateWords(
  run: RunStored,
  { there }: Pick<Stored, 'there'>,
): {
  readonly text: string;
  readonly tones: readonly Tone[];
} {
  if (run.pulling !== null) return { text: 'pulling', tones: ['live'] };
  if (run.state === 'broken') return { text: 'broken', tones: ['bad'] };
  if (run.state === 'older code') return { text: 'older code', tones: ['quiet'] };
  if (canBePulled(run)) return { text: 'to pull', tones: ['warn'] };
  if (there === null) return { text: run.inUse ? 'in use' : 'whole', tones: [] };
  return run.there === null ? { text: 'only here', tones: [] } : { text: 'same', tones: ['good'] };
}

/** Of the run here: `✓`, `61%` of what is being pulled; empty where it is not. */
export function hereText({ here, pulling }: RunStored, ascii: boolean): string {
  if (pulling !== null) return percentText(pulling.bytes, pulling.total);
  return here === null ? '' : checkMark(ascii);
}

export function thereText({ there }: RunStored, ascii: boolean): string {
  return there === null ? '' : checkMark(ascii);
}

/** Bytes of the run, wherever it is. */
export function bytesOf({ here, there, pulling }: RunStored): number {
  return Math.max(here ?? 0, there ?? 0, pulling?.total ?? 0);
}

/** `26 runs, 2.2 GB`. */
export function amountText(runs: readonly RunStored[]): string {
  const bytes = runs.reduce((sum, run) => sum + bytesOf(run), 0);
  return `${runs.length === 1 ? '1 run' : `${runs.length} runs`}, ${sizeText(bytes)}`;
}

function checkMark(ascii: boolean): string {
  return ascii ? '+' : '✓';
}
