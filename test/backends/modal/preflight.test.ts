import { describe, expect, test } from 'vitest';
import type { Preflight } from '../../../src/dispatch/backend.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { describeWithContainers, NEVER, onPlane } from './on-plane.ts';

const at = onPlane();
const REQUEST = { jobs: [standInJob('ok')], resources: RESOURCES };
const SPENT = 'workspace billing cycle spend limit reached';

const preflight = () => at.backend().preflight(REQUEST, NEVER);

function refusal(answer: Preflight) {
  if (answer.ok) throw new Error('not refused');
  return { ...answer.failure, hint: answer.hint };
}

describeWithContainers('preflight', () => {
  test('says the workspace and what jobs cost', async () => {
    const answer = await preflight();
    expect(answer).toMatchObject({ ok: true });
    if (answer.ok)
      expect(answer.notes.join('\n')).toMatch(/test-workspace: a job costs about \$\d/);
    // What was tried is ended.
    expect([...at.plane.sandboxes.all.values()].every(({ result }) => result !== null)).toBe(true);
  });

  test.each([
    ['an app', 'appGetOrCreate'],
    ['a sandbox', 'sandboxCreate'],
  ])('says that funds are out where Modal says so of %s', async (_, on) => {
    at.plane.faults.add({ on, code: 9, details: SPENT });
    const { error, errorType, stage, hint } = refusal(await preflight());
    expect(error).toBe('Modal preflight failed: likely out of funds');
    expect([errorType, stage]).toEqual(['billing', 'preflight']);
    expect(hint).toMatch(/top up.*auto-recharge/is);
    expect(hint).toContain(SPENT);
    expect(at.plane.sandboxes.all.size).toBe(0);
  });

  test('and where the budget is spent', async () => {
    at.plane.budget.spendLimitReached = true;
    const { error } = refusal(await preflight());
    expect(error).toBe('Modal preflight failed: likely out of funds');
    expect(at.plane.sandboxes.all.size).toBe(0);
  });

  test('a budget that may not be known is no refusal', async () => {
    at.plane.faults.add({ on: 'environmentGetBudget', code: 7, details: 'not yours to know' });
    expect(await preflight()).toMatchObject({ ok: true });
  });

  test('a call that fails twice is made again, and so is one that fails five times', async () => {
    at.plane.faults.add({ on: 'tokenInfoGet', code: 14, times: 2 });
    expect(await preflight()).toMatchObject({ ok: true });
    at.plane.faults.add({ on: 'tokenInfoGet', code: 14, times: 5 });
    expect(await preflight()).toMatchObject({ ok: true });
  });

  test('an image that cannot be built is refused with its log', async () => {
    at.plane.images.failure = { exception: 'build step 2 failed', log: 'no space for /worker.js' };
    const { error, errorType } = refusal(await preflight());
    expect(errorType).toBe('image');
    expect(error).toContain('build step 2 failed');
    expect(error).toContain('no space for /worker.js');
  });

  test('an image is built once, however often it is asked for', async () => {
    await preflight();
    await preflight();
    expect(at.plane.images.all.size).toBe(1);
    expect(at.plane.calls.filter((name) => name === 'imageJoinStreaming')).toHaveLength(1);
  });
});

describe('preflight without a container', () => {
  test('a token that is not taken is told, with where to get another', async () => {
    at.plane.faults.add({ on: 'authTokenGet', code: 16, details: 'Token ID not found' });
    const { error, errorType, hint } = refusal(await preflight());
    expect(errorType).toBe('auth');
    expect(error).toContain('Token ID not found');
    expect(hint).toContain('MODAL_TOKEN_ID');
  });

  test('no token at all', async () => {
    delete process.env['MODAL_TOKEN_ID'];
    delete process.env['MODAL_TOKEN_SECRET'];
    const { error, errorType, hint } = refusal(await preflight());
    expect(errorType).toBe('auth');
    expect(error).toContain('There is no token');
    expect(hint).toContain('MODAL_TOKEN_SECRET');
  });

  test('a call that stalls is given up within seconds', async () => {
    at.plane.faults.add({ on: 'tokenInfoGet', stalls: true });
    const began = performance.now();
    const { error, errorType } = refusal(await preflight());
    expect(errorType).toBe('unavailable');
    expect(error).toContain('no answer within 5 s');
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('what is a courtesy, or is met again by the jobs, is left out where it stalls', async () => {
    for (const on of ['environmentGetBudget', 'workspaceBillingRates', 'sandboxCreate'])
      at.plane.faults.add({ on, stalls: true });
    expect(await preflight()).toMatchObject({ ok: true });
  });

  test('a GPU mode is refused for a target that no GPU computes', async () => {
    const resources = { ...RESOURCES, gpuMode: 'vectorized' } as const;
    const jobs = REQUEST.jobs.map((job) => ({
      ...job,
      config: { ...job.config, target: 'quadratic' as const },
    }));
    const answer = await at.backend().preflight({ ...REQUEST, jobs, resources }, NEVER);
    expect(refusal(answer)).toMatchObject({ errorType: 'unavailable', stage: 'preflight' });
  });
});
