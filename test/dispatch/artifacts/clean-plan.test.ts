import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CleanSelection,
  isEmptySelection,
  planClean,
} from '../../../src/dispatch/artifacts/clean-plan.ts';
import type { RunsInUse } from '../../../src/dispatch/artifacts/runs-in-use.ts';
import type { StoredEntry, StoredRun } from '../../../src/dispatch/artifacts/stored-runs.ts';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const NONE: CleanSelection = { runIds: null, olderThan: null, failed: false };
const FREE: RunsInUse = { byRun: new Map(), everything: null };
const olderThan = (days: number) => ({ ms: days * DAY, text: `${days}d` });

function run(runId: string, more: Partial<StoredRun> = {}): StoredRun {
  return { kind: 'run', runId, job: null, bytes: 1, modified: NOW - DAY, fault: null, ...more };
}
const removedIds = (...args: Parameters<typeof planClean>) =>
  planClean(...args).remove.map((removal) => removal.run.runId);

describe('a clean-up', () => {
  const entries = [
    run('old', { modified: NOW - 40 * DAY }),
    run('young'),
    run('broken', { fault: 'not whole: no manifest' }),
    run('old and broken', {
      modified: NOW - 40 * DAY,
      fault: 'not whole: no manifest',
    }),
  ];

  test('that asks for nothing removes nothing', () => {
    expect(planClean(entries, NONE, FREE, NOW)).toEqual({ remove: [], kept: [], failed: [] });
  });

  test('takes the runs that fit all that was asked for, and says why', () => {
    const old = { ...NONE, olderThan: olderThan(30) };
    expect(removedIds(entries, old, FREE, NOW)).toEqual(['old', 'old and broken']);
    const failed = { ...NONE, failed: true };
    expect(removedIds(entries, failed, FREE, NOW)).toEqual(['broken', 'old and broken']);
    const [removal] = planClean(entries, { ...old, failed: true }, FREE, NOW).remove;
    expect(removal?.run.runId).toBe('old and broken');
    expect(removal?.reason).toBe('not whole: no manifest, older than 30d');
  });

  test('keeps a run of exactly the age, and one from a clock that is ahead', () => {
    const edge = [run('edge', { modified: NOW - 30 * DAY }), run('ahead', { modified: NOW + DAY })];
    expect(removedIds(edge, { ...NONE, olderThan: olderThan(30) }, FREE, NOW)).toEqual([]);
    expect(removedIds(edge, { ...NONE, olderThan: olderThan(0) }, FREE, NOW)).toEqual(['edge']);
  });

  test('tells of a named run why it does not fit', () => {
    const named = { runIds: new Set(['young', 'old']), olderThan: olderThan(30), failed: false };
    const plan = planClean(entries, named, FREE, NOW);
    expect(plan.remove.map(({ reason }) => reason)).toEqual(['older than 30d, named']);
    expect(plan.kept).toEqual([{ runId: 'young', why: 'not older than 30d' }]);
  });

  test('tells of links, and of what cannot be read, and removes neither', () => {
    const odd: StoredEntry[] = [
      { kind: 'link', runId: 'l', why: 'a link' },
      { kind: 'unreadable', runId: 'u', why: 'unreadable' },
    ];
    expect(planClean(odd, { ...NONE, failed: true }, FREE, NOW)).toEqual({
      remove: [],
      kept: [{ runId: 'l', why: 'a link' }],
      failed: [{ runId: 'u', why: 'unreadable' }],
    });
  });

  test('keeps everything where nobody can tell what is in use', () => {
    const doubt = { byRun: new Map(), everything: 'no plan' };
    const plan = planClean(entries, { ...NONE, failed: true }, doubt, NOW);
    expect(plan.remove).toEqual([]);
    expect(plan.kept.map(({ why }) => why)).toEqual(['no plan', 'no plan']);
  });
});

describe('whatever lies there and whatever is asked for', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const someIds = fc.subarray(ids);
  const entry = (runId: string): fc.Arbitrary<StoredEntry> =>
    fc.oneof(
      { weight: 5, arbitrary: anyRun(runId) },
      fc.constantFrom<StoredEntry>(
        { kind: 'link', runId, why: 'link' },
        { kind: 'unreadable', runId, why: 'unreadable' },
      ),
    );
  const anyRun = (runId: string) =>
    fc
      .record({
        modified: fc.integer({ min: NOW - 9 * DAY, max: NOW + DAY }),
        fault: fc.constantFrom(null, 'not whole'),
      })
      .map((more) => run(runId, more));
  const anyEntries = fc.tuple(...ids.map(entry));
  const anySelection: fc.Arbitrary<CleanSelection> = fc.record({
    runIds: fc.option(someIds.map((some) => new Set(some))),
    olderThan: fc.option(fc.integer({ min: 0, max: 9 }).map(olderThan)),
    failed: fc.boolean(),
  });
  const anyUse: fc.Arbitrary<RunsInUse> = fc.record({
    byRun: someIds.map((some) => new Map(some.map((id) => [id, 'used'] as const))),
    everything: fc.option(fc.constant('doubt'), { freq: 3 }),
  });

  test('no run in use is removed, none that was not asked for, and none is told of twice', () => {
    fc.assert(
      fc.property(anyEntries, anySelection, anyUse, (entries, selection, inUse) => {
        const plan = planClean(entries, selection, inUse, NOW);
        for (const { run } of plan.remove) {
          expect(isEmptySelection(selection)).toBe(false);
          expect(inUse.everything).toBeNull();
          expect(inUse.byRun.has(run.runId)).toBe(false);
          expect(selection.runIds?.has(run.runId) ?? true).toBe(true);
          if (selection.failed) expect(run.fault).not.toBeNull();
          if (selection.olderThan)
            expect(NOW - run.modified).toBeGreaterThan(selection.olderThan.ms);
        }
        const told = [
          ...plan.remove.map((removal) => removal.run.runId),
          ...[...plan.kept, ...plan.failed].map(({ runId }) => runId),
        ];
        expect(new Set(told).size).toBe(told.length);
      }),
    );
  });

  test('each named run that is there is removed or told of', () => {
    fc.assert(
      fc.property(anyEntries, someIds, anyUse, (entries, named, inUse) => {
        const selection = { ...NONE, runIds: new Set(named) };
        const { remove, kept, failed } = planClean(entries, selection, inUse, NOW);
        expect(remove.length + kept.length + failed.length).toBe(named.length);
      }),
    );
  });
});
