import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { attemptLayout } from '../artifacts/layout.ts';
import type { Hello, JobResult, Progress } from './protocol.ts';
import { ERROR_TYPES, STAGES } from './words.ts';

const nullableNumber = z.number().nullable().catch(null);

const helloShape = z.looseObject({ owner: z.string(), pid: z.number(), host: z.string() });

const progressShape = z.object({
  owner: z.string(),
  beat: z.number(),
  stage: z.enum(STAGES),
  done: z.number().catch(0),
  total: z.number().catch(0),
  llc: nullableNumber,
  llcSe: nullableNumber,
  rhat: nullableNumber,
  ess: nullableNumber,
  llcByChain: z.array(z.number()).catch([]),
});

const resultShape = z.discriminatedUnion('status', [
  z.looseObject({
    status: z.literal('ok'),
    cached: z.boolean(),
    run_id: z.string(),
    run_dir: z.string(),
    family_id: z.string(),
    duration_s: z.number(),
    owner: z.string(),
    attempt: z.number(),
    metrics: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    status: z.literal('error'),
    run_id: z.string(),
    stage: z.enum(STAGES),
    error_type: z.enum(ERROR_TYPES),
    error: z.string(),
    traceback: z.string(),
    duration_s: z.number(),
    owner: z.string(),
    attempt: z.number(),
  }),
]);

/**
 * What a worker has written into its attempt's folder. News of another owner, a file that is not there and
 * one that is no news at all are the same: null.
 */
export const attemptNews = {
  hello: async (dir: string, owner: string): Promise<Hello | null> =>
    (await news(attemptLayout(dir).hello, owner, helloShape)) as Hello | null,
  progress: async (dir: string, owner: string): Promise<Progress | null> =>
    news(attemptLayout(dir).progress, owner, progressShape),
  result: async (dir: string, owner: string): Promise<JobResult | null> =>
    news(attemptLayout(dir).result, owner, resultShape),
} as const;

async function news<T extends { owner: string }>(
  path: string,
  owner: string,
  shape: z.ZodType<T>,
): Promise<T | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
  const checked = shape.safeParse(value);
  return checked.success && checked.data.owner === owner ? checked.data : null;
}
