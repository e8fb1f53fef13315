import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '../../../src/dispatch/journal/append.ts';
import { encodeEvent } from '../../../src/dispatch/journal/events.ts';
import { followJournal } from '../../../src/dispatch/journal/follow.ts';
import { anyFact, anyJournal, anyWish, stamped } from './arbitrary-events.ts';

let dir = '';
let path = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-follow-'));
  path = join(dir, 'journal.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true }));

const journals = anyJournal(fc.oneof(anyFact, anyWish));
const events = stamped([
  { kind: 'dispatcher_started', host: 'ä', pid: 1, died: null },
  { kind: 'preflight_passed', notes: ['one'] },
  { kind: 'sweep_ended', outcome: 'complete' },
]);

describe('following a journal', () => {
  test('brings each event once and in order, however the writer’s bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(journals, fc.array(fc.nat(), { maxLength: 12 }), async (all, places) => {
        rmSync(path, { force: true });
        const bytes = Buffer.from(all.map(encodeEvent).join(''));
        const cuts = places.map((place) => place % bytes.length).sort((a, b) => a - b);
        const follower = followJournal(path);
        const read: unknown[] = [];
        let from = 0;
        for (const to of [...cuts, bytes.length]) {
          appendFileSync(path, bytes.subarray(from, to));
          from = to;
          read.push(...(await follower.read()));
          // No event before its line has ended, and each as soon as it has.
          const ended = bytes.subarray(0, to).filter((byte) => byte === 10).length;
          expect(read).toHaveLength(ended);
        }
        expect(read).toEqual(all);
        expect(await follower.read()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('brings nothing while there is no journal', async () => {
    const follower = followJournal(path);
    expect(await follower.read()).toEqual([]);
    const { writer } = await openJournal(path);
    expect(await follower.read()).toEqual([]);
    await writer.append(events, false);
    expect(await follower.read()).toEqual(events);
    await writer.close();
  });

  test('reads right what the next writer puts in the place of a torn end', async () => {
    const tail = encodeEvent(events[1] as (typeof events)[number]);
    const ends = fc.oneof(
      fc.nat({ max: tail.length - 1 }).map((length) => tail.slice(0, length)),
      fc.constantFrom('garbage\n', '\0'.repeat(4096), '\0\0\n', '{}\n'),
    );
    await fc.assert(
      fc.asyncProperty(ends, fc.boolean(), async (torn, isSeenCut) => {
        writeFileSync(path, encodeEvent(events[0] as (typeof events)[number]) + torn);
        const follower = followJournal(path);
        expect(await follower.read()).toEqual(events.slice(0, 1));
        expect(await follower.read()).toEqual([]);
        const { writer } = await openJournal(path);
        if (isSeenCut) expect(await follower.read()).toEqual([]);
        await writer.append(events.slice(1), false);
        await writer.close();
        expect(await follower.read()).toEqual(events.slice(1));
      }),
      { numRuns: 60 },
    );
  });

  test('begins anew where what it has read was cut off, and tells nothing twice', async () => {
    const line = (i: number) => encodeEvent(events[i] as (typeof events)[number]);
    const other = stamped([{ kind: 'preflight_passed', notes: ['another, and longer'] }], 2);
    for (const rest of ['', encodeEvent(other[0] as (typeof other)[number])]) {
      writeFileSync(path, line(0) + line(1));
      const follower = followJournal(path);
      expect(await follower.read()).toEqual(events.slice(0, 2));
      writeFileSync(path, line(0) + rest);
      // In the middle of a line nothing can be told until more comes.
      expect(await follower.read()).toEqual([]);
      appendFileSync(path, encodeEvent({ ...(events[2] as (typeof events)[number]), epoch: 3 }));
      const before = rest === '' ? [] : other;
      expect(await follower.read()).toMatchObject([...before, { kind: 'sweep_ended' }]);
    }
  });

  test('says when the journal is damaged, and again at the next look', async () => {
    const follower = followJournal(path);
    writeFileSync(path, events.slice(0, 1).map(encodeEvent).join(''));
    expect(await follower.read()).toEqual(events.slice(0, 1));
    appendFileSync(path, `garbage\n${events.slice(1).map(encodeEvent).join('')}`);
    for (let i = 0; i < 2; i++) await expect(follower.read()).rejects.toMatchObject({ code: 70 });
  });
});
