import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../dispatch/artifacts/atomic-write.ts';
import { attemptLayout } from '../../dispatch/artifacts/layout.ts';
import type { Payload } from '../../dispatch/job/protocol.ts';

/** Takes an attempt from its worker: one that finds another owner in its payload stops and leaves no result. */
export async function revokeAttempt(dir: string, owner: string): Promise<void> {
  const { payload: path } = attemptLayout(dir);
  const payload = JSON.parse(await readFile(path, 'utf8')) as Payload;
  if (payload.owner !== owner) return;
  await writeWhole(path, JSON.stringify({ ...payload, owner: `revoked-${owner}` }));
}
