import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { attemptLayout } from '../artifacts/layout.ts';
import type { Payload } from '../job/protocol.ts';

/**
 * Reads `payload.json` of an attempt's folder; its paths come back absolute. Throws where it is no payload
 * at all, so that nobody could be answered; what it asks for is checked by the handshake.
 */
export function readPayload(dir: string): Payload {
  const path = attemptLayout(dir).payload;
  const payload: Partial<Payload> | null = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof payload?.owner !== 'string' || typeof payload.job?.runId !== 'string') {
    throw new Error(`${path} is no payload of a job: it has no owner or no run id`);
  }
  const whole = payload as Payload;
  return {
    ...whole,
    runsDir: resolve(dir, whole.runsDir),
    storeDir: resolve(dir, whole.storeDir),
  };
}

/**
 * Whether the attempt is still this owner's: its folder is there and names no other. A file system that
 * cannot tell now is no reason to stop. At once, since a sampler leaves other things a turn only between two
 * blocks, and each step of an asynchronous read would wait for one.
 */
export function isStillOwner(dir: string, owner: string): boolean {
  try {
    return readPayload(dir).owner === owner;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
