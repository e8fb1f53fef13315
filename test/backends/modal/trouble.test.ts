import { describe, expect, test } from 'vitest';
import { checkCalls } from '../../../src/backends/modal/control-plane/control-plane.ts';
import { failureOf, troubleOf } from '../../../src/backends/modal/trouble.ts';

const of = (code: unknown, details: string) =>
  troubleOf(Object.assign(new Error(details), { code, details }), 'Modal did not do it');

describe('what Modal answers, in words', () => {
  test.each([
    [16, 'Token missing', 'auth'],
    [7, 'no access', 'permission'],
    [8, 'rate limit exceeded', 'throttled'],
    [3, 'invalid GPU type: Z', 'config'],
    [3, 'timeout must be positive', 'config'],
    [14, 'connection refused', 'unavailable'],
    [4, 'deadline', 'unavailable'],
    [13, 'internal', 'unavailable'],
    [12, 'unimplemented', 'internal'],
    [5, 'App not found', 'lost'],
  ])('%i %s: %s', (code, details, errorType) => {
    const { errorType: found, message, hint } = of(code, details);
    expect(found).toBe(errorType);
    expect(message).toBe(`Modal did not do it: ${details}`);
    expect(hint).toMatch(/\w/);
  });

  test.each([3, 7, 8, 9, 13, 14, 16])('money is spoken of under any code: %i', (code) => {
    const { errorType, hint } = of(code, 'workspace billing cycle spend limit reached');
    expect(errorType).toBe('billing');
    expect(hint).toMatch(/top up.*auto-recharge/is);
  });

  test('only what was answered is known not to have been done', () => {
    expect(of(16, 'no').isAnswer).toBe(true);
    expect(of(14, 'no').isAnswer).toBe(false);
    expect(troubleOf(new Error('socket hang up'), 'x').isAnswer).toBe(false);
  });

  test('a full disc of this machine is no trouble of Modal’s', () => {
    const error = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    expect(troubleOf(error, 'The run was not brought').errorType).toBe('disk_full');
  });

  test('a failure says what, why and what to do', () => {
    const { error, stage } = failureOf(of(16, 'Token missing'), 'submit', 'Modal did not do it');
    expect(stage).toBe('submit');
    expect(error).toMatch(/^Modal did not do it: Token missing\. Make one at .*set MODAL_TOKEN_ID/);
  });
});

test('a client that lacks a call is named at the start, with the call', () => {
  const calls = new Proxy(
    {},
    { get: (_, name) => (name === 'sandboxWait' ? undefined : () => {}) },
  );
  expect(() => checkCalls(calls)).toThrow('has no sandboxWait.');
  expect(() => checkCalls(new Proxy({}, { get: () => () => {} }))).not.toThrow();
});
