import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Attempt, JobHandle } from '../../dispatch/backend.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import { findByLastArgument } from '../../dispatch/process-identity.ts';
import type { LocalWorkers } from './local-worker.ts';
import { handleOf } from './worker-place.ts';

/** The handle of a worker that an interrupted hand-over has left behind, if there is one. */
export async function startedBefore(
  attempt: Attempt,
  workers: LocalWorkers,
): Promise<JobHandle | null> {
  const { dir, owner } = attempt;
  const known = workers.get(dir);
  if (known?.handle.owner === owner) return known.handle;
  const { hello, result, stderr } = attemptLayout(dir);
  if (![stderr, hello, result].some((path) => existsSync(path))) return null;

  const said = await attemptNews.hello(dir, owner);
  if (said !== null) {
    const { pid, start, boot, host, startedAt } = said;
    return handleOf(attempt, { pid, start, boot, host }, startedAt);
  }
  const nobody = { pid: 0, start: '', boot: '', host: hostname() };
  if ((await attemptNews.result(dir, owner)) !== null) return handleOf(attempt, nobody, Date.now());
  const found = await findByLastArgument(dir);
  return found === null ? null : handleOf(attempt, { ...found, host: hostname() }, Date.now());
}
