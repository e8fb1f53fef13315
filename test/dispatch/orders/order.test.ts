import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newOrder, parseOrder } from '../../../src/dispatch/orders/order.ts';

const seen = fc.record({ jobId: fc.string({ maxLength: 300 }), attempt: fc.nat() });
const more = fc.record(
  {
    resources: fc.record(
      {
        cpus: fc.integer({ min: 1, max: 1000 }),
        memoryGb: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        timeoutMin: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        gpuTypes: fc.array(fc.string({ maxLength: 100 }), { maxLength: 20 }),
      },
      { requiredKeys: [] },
    ),
    noSkip: fc.boolean(),
    holdMs: fc.integer({ min: 0, max: 3_600_000 }),
  },
  { requiredKeys: [] },
);
const action = fc.constantFrom('cancel', 'retry', 'pull', 'undo' as const);
const given = newOrder('retry', [{ jobId: 'a', attempt: 1 }]);
const isRefused = (change: Record<string, unknown>) =>
  parseOrder(JSON.stringify({ ...given, ...change })) === null;

describe('an order', () => {
  test('is read as it was given', () => {
    fc.assert(
      fc.property(action, fc.option(fc.array(seen)), more, (what, jobs, rest) => {
        const order = newOrder(what, jobs, rest);
        expect(parseOrder(JSON.stringify(order))).toEqual(JSON.parse(JSON.stringify(order)));
      }),
    );
  });

  test('has its own name, and says who gives it', () => {
    expect(newOrder('cancel', null).id).not.toBe(newOrder('cancel', null).id);
    expect(given.by).toMatch(/^.+@.+$/);
  });

  test('may speak of as many jobs as a sweep has', () => {
    const jobs = Array.from({ length: 20_000 }, (_, i) => ({ jobId: `job-${i}`, attempt: 1 }));
    expect(parseOrder(JSON.stringify(newOrder('cancel', jobs)))?.jobs).toHaveLength(20_000);
    expect(isRefused({ jobs: [...jobs, ...jobs] })).toBe(true);
  });
});

describe('what is no order is refused:', () => {
  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseOrder(text)).toBeNull();
      }),
    );
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseOrder(text)).toBeNull();
      }),
    );
  });

  test('an order of which a part is missing, or cut off anywhere', () => {
    for (const part of ['id', 'by', 'action', 'jobs'])
      expect(isRefused({ [part]: undefined })).toBe(true);
    const text = JSON.stringify(given);
    for (let end = 0; end < text.length; end++) expect(parseOrder(text.slice(0, end))).toBeNull();
  });

  test.each([
    [{ id: '../../../etc/passwd' }],
    [{ id: 'a' }],
    [{ action: 'rm' }],
    [{ by: 'x'.repeat(201) }],
    [{ jobs: 'all' }],
    [{ jobs: [{ jobId: 'x'.repeat(301), attempt: 1 }] }],
    [{ jobs: [{ jobId: 'a', attempt: -1 }] }],
    [{ jobs: [{ jobId: 'a', attempt: 1.5 }] }],
    [{ resources: { cpus: 0 } }],
    [{ resources: { memoryGb: '4' } }],
    [{ resources: { gpuTypes: Array.from({ length: 21 }, () => 'T4') } }],
    [{ holdMs: -1 }],
    [{ holdMs: 3_600_001 }],
  ])('%j', (change) => {
    expect(isRefused({})).toBe(false);
    expect(isRefused(change)).toBe(true);
  });
});
