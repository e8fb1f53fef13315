import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { runsOnTheWay } from '../../../src/backends/slurm/bring-runs.ts';
import type { Storage } from '../../../src/dispatch/backend.ts';
import type { Failure } from '../../../src/dispatch/job/words.ts';

type Answer = Failure | null | Error;

const lost: Failure = {
  stage: 'collect',
  errorType: 'lost',
  error: 'There is none.',
  traceback: '',
};
const cut: Failure = { ...lost, errorType: 'unavailable', error: 'The connection was lost.' };

/** A storage that answers each run's questions in turn, and counts how many runs are on their way at once. */
function storageOf(answers: Record<string, Answer[]>) {
  const at = { now: 0, most: 0 };
  const storage: Storage = {
    list: async () => [],
    remove: async () => [],
    async pull([runId = '']) {
      at.now += 1;
      at.most = Math.max(at.most, at.now);
      await delay(5);
      at.now -= 1;
      const answer = answers[runId]?.shift() ?? null;
      if (answer instanceof Error) throw answer;
      return [answer];
    },
  };
  const closed = new AbortController();
  onTestFinished(() => closed.abort());
  return { runs: runsOnTheWay(storage, '/runs', closed.signal), at };
}

async function answerOf(runs: ReturnType<typeof storageOf>['runs'], runId: string) {
  for (;;) {
    const answer = runs.ask(runId);
    if (answer !== 'coming') return answer;
    await delay(5);
  }
}

test('a run is coming until it is here, and is asked for once however often one asks', async () => {
  const { runs } = storageOf({ a: [null, lost] });
  expect(runs.ask('a')).toBe('coming');
  expect(runs.ask('a')).toBe('coming');
  expect(await answerOf(runs, 'a')).toEqual({ runDir: '/runs/a' });
  expect(runs.ask('a')).toEqual({ runDir: '/runs/a' });
});

test('a link that is cut is waited out; a run that is not to be had is told', async () => {
  const { runs } = storageOf({ a: [cut, new Error('no way there'), null], b: [lost] });
  expect(await answerOf(runs, 'b')).toEqual(lost);
  expect(await answerOf(runs, 'a')).toEqual({ runDir: '/runs/a' });
});

test('a full disc here is told as such', async () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const { runs } = storageOf({ a: [full] });
  expect(await answerOf(runs, 'a')).toMatchObject({ stage: 'collect', errorType: 'disk_full' });
});

test('of many runs two come at once, so that others have room on the link', async () => {
  const names = Array.from({ length: 9 }, (_, index) => `r${index}`);
  const { runs, at } = storageOf({});
  for (const name of names) runs.ask(name);
  for (const name of names) expect(await answerOf(runs, name)).toEqual({ runDir: `/runs/${name}` });
  expect(at.most).toBe(2);
});
