import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { keptPlace } from '../../../src/backends/fake/kept-place.ts';
import type { Backend, Storage } from '../../../src/dispatch/backend.ts';
import { look, NEVER, start } from './set-up.ts';

const SCENARIO = { otherwise: [{ running: { forS: 0 } }] };

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-kept-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A process that asks the place. */
const client = (): Backend => fakeBackend(keptPlace(SCENARIO, join(dir, 'acts.jsonl')));
const runsOf = async ({ storage }: Backend) =>
  (await (storage as Storage).list(NEVER)).map(({ runId }) => runId);

test('two that ask at once see what the other does, and name it alike', async () => {
  const [one, other] = [client(), client()];
  const handle = await start(one);
  expect(await start(other)).toEqual(handle);
  expect((await look(other, handle)).kind).toBe('ended');
  const [runId = ''] = await runsOf(other);
  await (one.storage as Storage).remove([runId], NEVER);
  expect(await runsOf(other)).toEqual([]);
  expect((await start(other, 'b')).id).not.toBe(handle.id);
});

test('who comes later finds all of it', async () => {
  const handle = await start(client());
  const later = client();
  expect((await look(later, handle)).kind).toBe('ended');
  expect(await runsOf(later)).toHaveLength(1);
});
