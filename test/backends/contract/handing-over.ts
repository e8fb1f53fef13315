import { describe, expect, test } from 'vitest';
import { type Bench, handleOf } from './bench.ts';
import { NEVER } from './harness.ts';
import { expectFailure } from './shapes.ts';

export function handingOver(at: Bench): void {
  describe('handing over', () => {
    test('gives one answer for each attempt, in order', async () => {
      const attempts = (['hangs', 'ends ok', 'fails'] as const).map((deed) =>
        at.harness.attempt(deed),
      );
      const answers = await at.submit(attempts);
      expect(answers.map((answer) => handleOf(answer).jobId)).toEqual(
        attempts.map(({ job }) => job.jobId),
      );
    });

    test('no attempts is no trouble', async () => {
      expect(await at.backend.submit([], NEVER)).toEqual([]);
    });

    test('gives handles that are plain JSON and name the attempt', async () => {
      const attempt = at.harness.attempt('hangs');
      const handle = handleOf((await at.submit([attempt]))[0]);
      expect(JSON.parse(JSON.stringify(handle))).toEqual(handle);
      expect(handle).toMatchObject({
        jobId: attempt.job.jobId,
        attempt: attempt.attempt,
        owner: attempt.owner,
      });
      expect(handle.id).toMatch(/\w/);
    });

    test('the same attempt again starts nothing twice', async () => {
      const attempt = at.harness.attempt('hangs');
      const first = handleOf((await at.submit([attempt]))[0]);
      await at.lookUntil('running', first);
      const again = handleOf((await at.submit([attempt]))[0]);
      expect(again).toEqual(first);
      expect(await at.harness.timesStarted(attempt)).toBe(1);
    });

    test('nor does a later dispatcher that was told nothing of it', async () => {
      const attempt = at.harness.attempt('hangs');
      const first = handleOf((await at.submit([attempt]))[0]);
      await at.lookUntil('running', first);
      const later = at.harness.laterDispatcher();
      const again = handleOf((await at.submit([attempt], later))[0]);
      expect(again).toMatchObject({ jobId: first.jobId, attempt: 1, owner: first.owner });
      expect(again.id).toBe(first.id);
      expect(await at.harness.timesStarted(attempt)).toBe(1);
      expect((await at.look(again, later)).kind).toBe('running');
    });

    test('an attempt that has ended meanwhile is not started again', async () => {
      const attempt = at.harness.attempt('ends ok');
      const first = handleOf((await at.submit([attempt]))[0]);
      await at.lookUntil('ended', first);
      const later = at.harness.laterDispatcher();
      for (const by of [at.backend, later]) {
        const again = handleOf((await at.submit([attempt], by))[0]);
        expect((await at.look(again, by)).kind).toBe('ended');
      }
    });

    test('the next attempt of a job is another one', async () => {
      const [first, second] = [await at.start('hangs', 1), await at.start('hangs', 2)];
      expect(second).toMatchObject({ jobId: first.jobId, attempt: 2 });
      expect(second.id).not.toBe(first.id);
    });

    test('a job that is refused says why and leaves the others alone', async () => {
      const refused = at.harness.attempt('is refused');
      const answers = await at.submit([
        at.harness.attempt('hangs'),
        refused,
        at.harness.attempt('ends ok'),
      ]);
      expect(answers.map(({ kind }) => kind)).toEqual(['submitted', 'refused', 'submitted']);
      const [, answer] = answers;
      if (answer?.kind !== 'refused') throw new Error('not refused');
      expect(answer.jobId).toBe(refused.job.jobId);
      expectFailure(answer.failure);
    });
  });
}
