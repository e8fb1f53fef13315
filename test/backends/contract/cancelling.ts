import { describe, expect, test } from 'vitest';
import { type Bench, handleOf } from './bench.ts';
import { NEVER } from './harness.ts';

export function cancelling(at: Bench): void {
  describe('cancelling', () => {
    test('nobody is no trouble', async () => {
      expect(await at.backend.cancel([], NEVER)).toEqual([]);
    });

    test('ends what runs, and what was ended never lives again', async () => {
      const attempt = at.harness.attempt('hangs');
      const handle = handleOf((await at.submit([attempt]))[0]);
      await at.lookUntil('running', handle);
      expect(await at.backend.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
      for (const by of [at.backend, at.backend, at.harness.laterDispatcher()])
        expect(['cancelled', 'failed']).toContain((await at.look(handle, by)).kind);
    });

    test('a later dispatcher can, too', async () => {
      const handle = await at.start('hangs');
      await at.lookUntil('running', handle);
      const later = at.harness.laterDispatcher();
      expect(await later.cancel([handle], NEVER)).toEqual([{ kind: 'cancelled' }]);
      expect(['cancelled', 'failed']).toContain((await at.look(handle, later)).kind);
    });

    test('keeps a result that comes in time', async () => {
      const handle = await at.start('finishes when asked');
      await at.lookUntil('running', handle);
      const [answer] = await at.backend.cancel([handle], NEVER);
      expect(answer).toMatchObject({ kind: 'ended', result: { status: 'ok' } });
      expect(await at.look(handle)).toEqual(answer);
    });

    test('what has ended already answers with its end', async () => {
      const ok = await at.start('ends ok');
      const failing = await at.start('fails');
      const ended = await at.lookUntil('ended', ok);
      await at.lookUntil('failed', failing);
      const answers = await at.backend.cancel([ok, failing], NEVER);
      expect(answers[0]).toEqual(ended);
      expect(answers[1]?.kind).toBe('failed');
    });

    test('an end that this dispatcher has not seen is no cancellation', async () => {
      const handle = await at.start('fails');
      await at.lookUntil('failed', handle);
      const later = at.harness.laterDispatcher();
      expect((await later.cancel([handle], NEVER))[0]?.kind).toBe('failed');
    });

    test('tells of each in order and leaves the others alone', async () => {
      const [other, hanging, finishing, ok] = [
        await at.start('hangs', 2),
        await at.start('hangs', 1),
        await at.start('finishes when asked'),
        await at.start('ends ok'),
      ];
      for (const handle of [other, hanging, finishing]) await at.lookUntil('running', handle);
      await at.lookUntil('ended', ok);
      const answers = await at.backend.cancel([ok, hanging, finishing], NEVER);
      expect(answers.map(({ kind }) => kind)).toEqual(['ended', 'cancelled', 'ended']);
      expect((await at.look(other)).kind).toBe('running');
    });
  });
}
