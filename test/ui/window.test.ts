import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowOf } from '../../src/ui/window.ts';

const list = fc
  .record({ count: fc.integer({ min: 1, max: 60 }), size: fc.integer({ min: 1, max: 20 }) })
  .chain(({ count, size }) =>
    fc.record({
      count: fc.constant(count),
      size: fc.constant(size),
      cursor: fc.nat(count - 1),
      top: fc.nat(Math.max(0, count - size)),
    }),
  );

describe('a window on a list', () => {
  it('shows the cursor and as many rows as it can', () => {
    fc.assert(
      fc.property(list, ({ count, cursor, size, top }) => {
        const first = windowOf(count, cursor, size, top);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first).toBeLessThanOrEqual(cursor);
        expect(cursor).toBeLessThan(first + size);
        expect(first).toBeLessThanOrEqual(Math.max(0, count - size));
      }),
    );
  });

  it('stays where the cursor is within it, else moves just so far', () => {
    fc.assert(
      fc.property(list, ({ count, cursor, size, top }) => {
        const first = windowOf(count, cursor, size, top);
        if (cursor >= top && cursor < top + size) expect(first).toBe(top);
        else expect([cursor, cursor - size + 1]).toContain(first);
      }),
    );
  });

  it('comes back when the list has become short', () => {
    expect(windowOf(5, 4, 10, 30)).toBe(0);
    expect(windowOf(20, 19, 10, 30)).toBe(10);
  });
});
