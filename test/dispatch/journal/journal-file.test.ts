import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalWriter, openJournal } from '../../../src/dispatch/journal/append.ts';
import { decodeEvent, encodeEvent } from '../../../src/dispatch/journal/events.ts';
import { parseJournal, readJournal, replay } from '../../../src/dispatch/journal/replay.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';
import { anyFact, anyJournal, anyWish, stamped } from './arbitrary-events.ts';

let dir = '';
let path = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llc-journal-'));
  path = join(dir, 'sweep', 'journal.jsonl');
});
afterEach(() => rm(dir, { recursive: true }));

const events = stamped([
  { kind: 'dispatcher_started', host: 'a', pid: 1, died: null },
  { kind: 'preflight_passed', notes: ['one'] },
  { kind: 'sweep_ended', outcome: 'complete' },
]);

describe('the journal on disc', () => {
  test('gives back what was appended, also after it was opened again', async () => {
    const first = await openJournal(path);
    await first.writer.append(events.slice(0, 2), true);
    await first.writer.close();
    const second = await openJournal(path);
    expect(second.events).toEqual(events.slice(0, 2));
    await second.writer.append(events.slice(2), false);
    await second.writer.close();
    expect((await readJournal(path)).events).toEqual(events);
  });

  test('is empty where there is none', async () => {
    expect((await readJournal(path)).events).toEqual([]);
  });

  test('cuts a torn last line off, so that the next event stands on a line of its own', async () => {
    const { writer } = await openJournal(path);
    await writer.append(events.slice(0, 2), true);
    await writer.close();
    await appendFile(path, '{"v":1,"time":3,"epo');
    expect((await readJournal(path)).events).toEqual(events.slice(0, 2));
    const again = await openJournal(path);
    await again.writer.append(events.slice(2), true);
    await again.writer.close();
    expect((await readJournal(path)).events).toEqual(events);
  });

  test('says which line is damaged when more follows it', async () => {
    const lines = events.map(encodeEvent);
    const { writer } = await openJournal(path);
    await writer.close();
    await writeFile(path, `${lines[0]}garbage\n${lines[1]}`);
    await expect(readJournal(path)).rejects.toMatchObject({
      code: 70,
      message: expect.stringContaining('line 2'),
    });
  });

  test('says so where it cannot be written', async () => {
    await writeFile(join(dir, 'sweep'), 'a file in the way');
    await expect(openJournal(path)).rejects.toMatchObject({
      code: 75,
      message: expect.stringContaining(path),
    });
  });

  test.skipIf(!existsSync('/dev/full'))('names the file when the disc is full', async () => {
    const writer = journalWriter('/dev/full', await open('/dev/full', 'a'), 0);
    const append = writer.append(events, true);
    await expect(append).rejects.toMatchObject({
      code: 75,
      message: 'Cannot write the journal /dev/full: the disc or the quota is full.',
    });
    await writer.close();
  });

  test('cut at any byte it loses the last event at most', async () => {
    const { writer } = await openJournal(path);
    await writer.append(events, true);
    await writer.close();
    const bytes = await readFile(path);
    const ends = [...bytes.keys()].filter((i) => bytes[i] === 10).map((i) => i + 1);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length;
      expect(parseJournal(bytes.subarray(0, cut), path).events).toEqual(events.slice(0, whole));
    }
    await truncate(path, bytes.length - 1);
    expect((await readJournal(path)).wholeBytes).toBe(ends.at(-2));
  });
});

describe('an event as a line', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyJournal(fc.oneof(anyFact, anyWish)), (journal) => {
        for (const event of journal) {
          const line = encodeEvent(event);
          expect(line.indexOf('\n')).toBe(line.length - 1);
          expect(decodeEvent(line)).toEqual(event);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('of another version or kind is refused in words', () => {
    const event = JSON.stringify(events[0]);
    expect(() => decodeEvent(event.replace('"v":2', '"v":3'))).toThrow('version 3');
    expect(() => decodeEvent(event.replace('dispatcher_started', 'moon_rose'))).toThrow(
      'moon_rose',
    );
  });

  test('of any other text is none', () => {
    for (const line of ['', '{', 'null', '7', '"v"', '{}', '{"v":2}', '{"v":2,"kind":"x"}', '\0\0'])
      expect(decodeEvent(line)).toBeNull();
  });
});

test('10,000 jobs replay to the end of each', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => `problem-hmc-${i}`);
  const lines = stamped([
    {
      kind: 'sweep_planned',
      sweepId: 's',
      token: 't',
      backend: 'local',
      gpuMode: 'off',
      runsDir: 'runs',
      resources: RESOURCES,
      jobs: ids.map(plannedJob),
    },
    ...ids.flatMap((jobId) => {
      const of = { jobId, attempt: 1, owner: 'o' };
      return [
        { kind: 'attempt_opened', ...of } as const,
        {
          kind: 'job_submitted',
          ...of,
          handle: { ...of, id: '1', data: { pid: 1, dir: `/sweeps/s/jobs/${jobId}/attempt-1` } },
        } as const,
        { kind: 'job_running', ...of, on: 'host', since: 1 } as const,
        {
          kind: 'job_failed',
          ...of,
          failure: { stage: 'setup', errorType: 'config', error: 'e', traceback: '' },
          durationS: 1,
          usage: null,
        } as const,
      ];
    }),
  ]).map(encodeEvent);
  const bytes = Buffer.from(lines.join(''));
  const began = performance.now();
  const sweep = replay(parseJournal(bytes, 'journal').events);
  console.log(`replay of 10,000 jobs: ${Math.round(performance.now() - began)} ms`);
  expect(sweep.byState.error.size).toBe(10_000);
});
