import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeWhole } from '../artifacts/atomic-write.ts';
import { cannotWrite } from '../artifacts/cannot-write.ts';
import { SAMPLERS } from '../plan/matrix.ts';
import type { Tried } from './step-search.ts';

/** JSON has no NaN: a number that is not known is null there. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const probe = z.object({
  stepSize: number,
  diverged: z.boolean(),
  virial: number,
  virialSe: number,
  heat: number,
  lever: number,
  acceptance: number,
  moving: z.boolean(),
  llc: number,
  se: number,
  ess: number,
});

const schema = z.object({
  version: z.literal(1),
  beta0: z.number(),
  gamma: z.number(),
  tolerance: z.number(),
  error: z.number(),
  searches: z.array(
    z.object({
      sampler: z.enum(SAMPLERS),
      stepSize: z.number(),
      tried: z.array(z.object({ longer: z.number(), probe })),
    }),
  ),
});

/** `calibration.json`: what a map was made around, and how the steps were found. */
export interface CalibrationRecord {
  readonly version: 1;
  readonly beta0: number;
  readonly gamma: number;
  /** What was wished for when it was made. */
  readonly tolerance: number;
  readonly error: number;
  readonly searches: readonly StepSearch[];
}

/** The search of one sampler's step. */
export interface StepSearch {
  readonly sampler: (typeof SAMPLERS)[number];
  /** The largest that both witnesses let pass. */
  readonly stepSize: number;
  readonly tried: readonly Tried[];
}

/** @throws LlcError 75 where it cannot be written */
export async function writeCalibration(path: string, record: CalibrationRecord): Promise<void> {
  await writeWhole(path, `${JSON.stringify(record)}\n`).catch((error: unknown) => {
    throw cannotWrite('the record of the calibration', path, error);
  });
}

/** Null where a sweep has none, or none that can be read: the map itself is enough for advice. */
export async function readCalibration(path: string): Promise<CalibrationRecord | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
