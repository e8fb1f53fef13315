import { expect, test } from 'vitest';
import { inTime } from '../../../src/commands/console/wizard-patience.ts';

const deaf = (signal: AbortSignal) =>
  new Promise<never>((_, refuse) => {
    signal.addEventListener('abort', () => refuse(signal.reason));
  });

test('a place that does not answer in time is told in words, with what to do', async () => {
  const { signal } = new AbortController();
  await expect(inTime('modal', 20, signal, deaf)).rejects.toMatchObject({
    code: 75,
    message: 'modal has not answered within 0.02 s.',
    hint: 'Ask it again.',
  });
});

test('who gives up hears its own reason, and other faults stay what they are', async () => {
  const leaving = new AbortController();
  const asked = inTime('modal', 60_000, leaving.signal, deaf);
  leaving.abort(new Error('left'));
  await expect(asked).rejects.toThrow('left');
  const { signal } = new AbortController();
  const broken = inTime('modal', 60_000, signal, () => Promise.reject(new Error('no such host')));
  await expect(broken).rejects.toThrow('no such host');
});
