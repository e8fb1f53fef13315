import { createHash } from 'node:crypto';
import { Deserializer, Serializer } from 'node:v8';
import type { SavedSampler } from '../../compute/samplers/sampler.ts';
import type { Dtype, SamplerName } from '../../compute/settings.ts';
import { sha256Of } from '../artifacts/manifest.ts';
import type { SamplingTimes } from './advance-in-blocks.ts';
import { type PackedDraws, packDraws, unpackDraws } from './packed-draws.ts';
import type { RecordedDraw } from './recorder.ts';
import type { TracePoints } from './trace-file.ts';

/** What a checkpoint belongs to. Threads and cores are left out: they change no number. */
export interface CheckpointOf {
  readonly runId: string;
  readonly codeVersion: string;
  readonly schemaHash: string;
  readonly sampler: SamplerName;
  readonly engine: string;
  readonly dtype: Dtype;
  /** sha256 of the trained weights that the posterior is centred on. */
  readonly weights: string;
  /** Whether the job was not to use anything computed before. */
  readonly noSkip: boolean;
}

/** Where sampling had come to, at the end of a block. */
export interface SamplingState {
  readonly sampler: SavedSampler;
  /** All until now. The running estimate is made of them again. */
  readonly draws: readonly RecordedDraw[];
  readonly spent: SamplingTimes;
  readonly trace: TracePoints;
}

type StoredState = Omit<SamplingState, 'draws'> & { readonly draws: PackedDraws };

/** Grows when the form of the file or of a state changes. */
const FORMAT = 1;
const NEWLINE = 10;
const SHA256_DIGITS = 64;

/** A line with the sha256 of all that follows, a line of JSON that says what it belongs to, and the state. */
export function encodeCheckpoint(of: CheckpointOf, state: SamplingState): Uint8Array {
  // Not `v8.serialize`, whose arrays come back as views of the whole file's bytes.
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue({ ...state, draws: packDraws(state.draws) } satisfies StoredState);
  const header = Buffer.from(`${JSON.stringify({ format: FORMAT, ...of })}\n`);
  const body = serializer.releaseBuffer();
  const sha256 = createHash('sha256').update(header).update(body).digest('hex');
  return Buffer.concat([Buffer.from(`${sha256}\n`), header, body]);
}

/** A checkpoint whose bytes are whole. */
export interface ReadCheckpoint {
  /** Why a job may not go on from it; null where it may. */
  mismatch(wanted: CheckpointOf): string | null;
  /** Throws where it is none that this program can read. */
  state(): SamplingState;
}

/** Null for bytes that are torn, changed or of something else. */
export function decodeCheckpoint(bytes: Uint8Array): ReadCheckpoint | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = file.subarray(SHA256_DIGITS + 1);
  if (file.toString('latin1', 0, SHA256_DIGITS) !== sha256Of(content)) return null;
  const end = content.indexOf(NEWLINE);
  if (end === -1) return null;
  const header: Readonly<Record<string, unknown>> = JSON.parse(content.toString('utf8', 0, end));
  return {
    mismatch: (wanted) => mismatchOf(header, wanted),
    state: () => {
      const deserializer = new Deserializer(content.subarray(end + 1));
      deserializer.readHeader();
      const stored = deserializer.readValue() as StoredState;
      return { ...stored, draws: unpackDraws(stored.draws) };
    },
  };
}

function mismatchOf(
  header: Readonly<Record<string, unknown>>,
  { noSkip, ...wanted }: CheckpointOf,
): string | null {
  const differences = Object.entries({ format: FORMAT, ...wanted })
    .filter(([key, value]) => header[key] !== value)
    .map(([key, value]) => `its ${key} is ${header[key]}, not ${value}`);
  if (differences.length > 0) return differences.join('; ');
  if (noSkip && header['noSkip'] !== true) return 'the job is to be computed anew';
  return null;
}
