import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakeAttempt, NEVER, setUp, start } from './set-up.ts';

describe('of any place it holds that', () => {
  const script = fc.record({
    waiting: fc.array(fc.record({ reason: fc.constant('x'), forS: fc.nat(20) }), { maxLength: 2 }),
    startingS: fc.nat(5),
    running: fc.record({ forS: fc.nat(50) }),
    collectingS: fc.nat(5),
    whenCancelled: fc.constantFrom('ends', 'finishes', 'cannot be ended'),
  });
  const RANKS = ['waiting', 'starting', 'running', 'collecting', 'ended'];

  test('an attempt only goes forward, never more run than there are slots, and all end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        async (scripts, slots, steps) => {
          const jobs = Object.fromEntries(scripts.map((one, i) => [`j${i}-hmc-1`, [one]]));
          const { clock, backend } = setUp({ site: { slots }, jobs });
          const handles = [];
          for (const i of scripts.keys()) handles.push(await start(backend, `j${i}`));
          let before = handles.map(() => 0);
          for (const step of [...steps, 1000]) {
            clock.advance(step);
            const seen = (await backend.observe(handles, NEVER)).map(({ kind }) => kind);
            const ranks = seen.map((kind) => RANKS.indexOf(kind));
            for (const [i, rank] of ranks.entries())
              expect(rank).toBeGreaterThanOrEqual(before[i] as number);
            before = ranks;
            const there = seen.filter((kind) => kind !== 'waiting' && kind !== 'ended');
            expect(there.length).toBeLessThanOrEqual(slots);
          }
          expect(before.every((rank) => RANKS[rank] === 'ended')).toBe(true);
        },
      ),
    );
  });

  test('whatever is submitted how often by whom through which faults, nothing starts twice', async () => {
    const act = fc.record({
      jobs: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      attempt: fc.integer({ min: 1, max: 2 }),
      fault: fc.constantFrom('none', 'before', 'after', 'midway'),
      waitS: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const { clock, place } = setUp();
        const ids = new Map<string, string>();
        for (const { jobs, attempt, fault, waitS } of acts) {
          if (fault === 'before' || fault === 'after')
            place.fault({ call: 'submit', does: 'throw', when: fault });
          if (fault === 'midway')
            place.fault({ call: 'submit', does: 'throw midway', afterJobs: 1 });
          const attempts = jobs.map((problem) => fakeAttempt(problem, attempt));
          const answers = await fakeBackend(place)
            .submit(attempts, NEVER)
            .catch(() => []);
          place.mend();
          for (const answer of answers) {
            if (answer.kind !== 'submitted') throw new Error('refused');
            const key = `${answer.handle.jobId}/${answer.handle.attempt}`;
            expect(answer.handle.id).toBe(ids.get(key) ?? answer.handle.id);
            ids.set(key, answer.handle.id);
          }
          clock.advance(waitS);
        }
        for (const count of place.attempts.started().values()) expect(count).toBeLessThanOrEqual(2);
        const keys = place.attempts.all().map(({ handle }) => `${handle.jobId}/${handle.attempt}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(place.attempts.mostAlive()).toBeLessThanOrEqual(keys.length);
      }),
    );
  });
});
