import * as z from 'zod';
import { attemptLayout } from '../artifacts/layout.ts';
import { readPart, withPlainFile } from './plain-file.ts';
import type { Hello, JobResult, Progress } from './protocol.ts';
import { ERROR_TYPES, STAGES } from './words.ts';

/** Bytes; a larger file is no news. */
const LIMITS = { hello: 2 ** 20, progress: 2 ** 20, result: 2 ** 24 } as const;
/** Longer lists of running estimates are not shown. */
const CHAINS_LIMIT = 10_000;
/** Levels of objects and lists in metrics; deeper ones could not be written out again. */
const DEPTH_LIMIT = 10;

const name = z.string().max(1000);
const count = z.int().nonnegative();
const nullableNumber = z.number().nullable().catch(null);

const helloShape = z.looseObject({
  owner: name,
  attempt: count,
  // 0 and 1 are never a worker, and a signal to them would reach others.
  pid: z.int().min(2),
  start: name,
  boot: name,
  host: name,
  startedAt: z.number().nonnegative(),
  incarnation: count.optional(),
  gpus: name.optional(),
});

const progressShape = z.object({
  owner: name,
  beat: count,
  stage: z.enum(STAGES),
  done: count.catch(0),
  total: count.catch(0),
  llc: nullableNumber,
  llcSe: nullableNumber,
  rhat: nullableNumber,
  ess: nullableNumber,
  llcByChain: z.array(z.number()).max(CHAINS_LIMIT).catch([]),
  gpu: z.exactOptional(z.string().max(1000).nullable().catch(null)),
});

const common = { run_id: name, owner: name, attempt: count, duration_s: z.number().nonnegative() };
const resultShape = z.discriminatedUnion('status', [
  z.looseObject({
    ...common,
    status: z.literal('ok'),
    cached: z.boolean(),
    run_dir: z.string(),
    family_id: name,
    metrics: z
      .record(z.string(), z.unknown())
      .refine((metrics) => isShallow(metrics, DEPTH_LIMIT), 'nested too deeply'),
  }),
  z.looseObject({
    ...common,
    status: z.literal('error'),
    stage: z.enum(STAGES),
    error_type: z.enum(ERROR_TYPES),
    error: z.string(),
    traceback: z.string(),
  }),
]);

/**
 * What a worker has written into its attempt's folder. News of another owner, a file that is not there and
 * one that is no news at all are the same: null.
 */
export const attemptNews = {
  hello: async (dir: string, owner: string): Promise<Hello | null> =>
    (await news(attemptLayout(dir).hello, owner, helloShape, LIMITS.hello)) as Hello | null,
  progress: async (dir: string, owner: string): Promise<Progress | null> =>
    news(attemptLayout(dir).progress, owner, progressShape, LIMITS.progress),
  result: async (dir: string, owner: string): Promise<JobResult | null> =>
    news(attemptLayout(dir).result, owner, resultShape, LIMITS.result),
} as const;

async function news<T extends { owner: string }>(
  path: string,
  owner: string,
  shape: z.ZodType<T>,
  limit: number,
): Promise<T | null> {
  const text = await withPlainFile(path, async (file, size) =>
    size > limit ? null : (await readPart(file, 0, size)).toString('utf8'),
  );
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const checked = shape.safeParse(value);
  return checked.success && checked.data.owner === owner ? checked.data : null;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
