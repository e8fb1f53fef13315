import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settleGrid } from '../../../src/screens/grid/grid-cursor.ts';
import { gridLines, gridScreen } from '../../../src/screens/grid/grid-screen.ts';
import type { GridState } from '../../../src/screens/grid/grid-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { widthOf } from '../../../src/ui/text/width.ts';
import { themeOf } from '../../../src/ui/theme.ts';
import { frameSweep } from '../sweep/frame-sweep.ts';
import { afterFacts, NOW, watchedSweep } from '../sweep/watched-sweep.ts';
import { gridContext, opened, screenText, stateAfter } from './grid-context.ts';

function bigSweep(families: number, samplers: readonly string[] = ['sgld', 'hmc']) {
  const rows = Array.from({ length: families }, (_, index) => {
    const problem = ['small', 'medium', 'large'][Math.floor((3 * index) / families)];
    return `${problem} ${index} | ${samplers.map(() => 'ok 12.4 0.3').join(' | ')}`;
  });
  return watchedSweep({ samplers, table: rows.join('\n') });
}

test('the column line tells which rows of how many are shown', () => {
  const watched = bigSweep(500);
  const context = gridContext(watched);
  expect(screenText(opened(watched), context)[3]).toMatch(/^1-18 of 503 /);
  const last = stateAfter(opened(watched), ['last'], context);
  expect(screenText(last, context)[3]).toMatch(/^486-503 of 503 /);
});

test('the header’s counts add up to all jobs at every width', () => {
  const watched = frameSweep();
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 220 }), (columns) => {
      const counts = screenText(opened(watched), gridContext(watched, { columns }))[1] ?? '';
      const numbers = [...counts.matchAll(/\d+/g)].map(([text]) => Number(text));
      expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(120);
    }),
  );
});

test('at 119 columns starting counts as running, at 120 by itself', () => {
  const watched = frameSweep();
  const countsAt = (columns: number) =>
    screenText(opened(watched), gridContext(watched, { columns }))[1];
  expect(countsAt(119)).toContain('▸19 running');
  expect(countsAt(120)).toContain('▹2 starting');
});

test('eight samplers at 120 columns are short, and after z full and scrolled', () => {
  const watched = bigSweep(3, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  const context = gridContext(watched, { columns: 120, rows: 38 });
  const short = screenText(opened(watched), context).slice(4).join('\n');
  expect(short).toContain('12.4');
  expect(short).not.toContain('±');
  const full = screenText(stateAfter(opened(watched), ['size'], context), context);
  expect(full[3]).toContain('2›');
  expect(full[5]).toContain('12.4 ±0.3');
  const right = stateAfter(opened(watched), ['size', ...Array(8).fill('right')], context);
  expect(screenText(right, context)[3]).toContain('‹2');
});

test('from 160 columns on there are parameters, agreement and the best sampler', () => {
  const watched = frameSweep();
  const lines = screenText(
    opened(watched, { wanted: 'medium-hmc-4' }),
    gridContext(watched, { columns: 200, rows: 48 }),
  );
  expect(lines[3]).toContain('params  agree  best ESS/s│ medium s4 hmc');
  expect(lines.find((text) => text.includes('medium s1'))).toContain('10,301  z 0.9  sgld');
});

test('what ends above the cursor does not move it', () => {
  const watched = frameSweep();
  const context = gridContext(watched);
  const state = settleGrid(opened(watched, { wanted: 'large-hmc-0' }), watched, context);
  const later = afterFacts(watched, [
    {
      kind: 'job_failed',
      jobId: 'medium-hmc-7',
      attempt: 1,
      owner: 'owner-1',
      failure: { stage: 'sampling', errorType: 'oom', error: '', traceback: '' },
      durationS: 1,
      usage: null,
    },
  ]);
  expect(settleGrid(state, later, context)).toBe(state);
});

test('rows sorted by state stay where they are until the next sort', () => {
  const table = ['a 0 | ok 1 0.1', 'a 1 | error oom', 'a 2 | running 5 1'].join('\n');
  const watched = watchedSweep({ samplers: ['hmc'], table });
  const context = gridContext(watched);
  const rowsNow = (state: GridState, known = watched) =>
    screenText(state, gridContext(known))
      .slice(5)
      .map((text) => text.slice(2, 6));
  const sorted = stateAfter(opened(watched), ['sort state'], context);
  expect(rowsNow(sorted)).toEqual(['a s1', 'a s2', 'a s0']);
  const later = afterFacts(watched, [
    { kind: 'job_requeued', jobId: 'a-hmc-1', attempt: 1, resources: {}, noSkip: false },
  ]);
  expect(rowsNow(sorted, later)).toEqual(['a s1', 'a s2', 'a s0']);
  const again = stateAfter(sorted, ['sort state'], gridContext(later));
  expect(rowsNow(again, later)).toEqual(['a s2', 'a s1', 'a s0']);
});

describe('a filter', () => {
  const watched = frameSweep();
  const context = gridContext(watched);
  const start = settleGrid(opened(watched, { wanted: 'large-sgld-4' }), watched, context);
  const filtered = stateAfter(start, ['filter error !small'], context);

  test('stands in the first row with what it found', () => {
    expect(screenText(filtered, context)[0]).toBe(
      'llc 1123-1102-full  [/ error !small: 2 of 120]        slurm ok 14:31   14:32:07',
    );
  });

  test('hides families without a hit and puts the cursor on one', () => {
    const labels = screenText(filtered, context)
      .slice(4)
      .map((text) => text.slice(0, 11).trimEnd());
    expect(labels).toEqual(['- medium', '  medium s2', '  medium s6']);
    expect(filtered.cursor).toEqual({ row: 12, column: 2 });
  });

  test('goes by esc and brings the cursor back', () => {
    const back = settleGrid(stateAfter(filtered, ['back'], context), watched, context);
    expect(back.cursor).toEqual(start.cursor);
    expect(back.top).toBe(start.top);
    expect(screenText(back, context)[0]).not.toContain('[/');
  });

  test('that finds nothing says how to be rid of it', () => {
    const none = stateAfter(start, ['filter oom sgld'], context);
    expect(textOf(gridScreen.message(none, context))).toBe(
      'Nothing matches "oom sgld". esc clears the filter.',
    );
    expect(screenText(none, context)[3]).toMatch(/^0 of 0/);
  });

  test('leaves its hits to n and N, going round', () => {
    const next = stateAfter(filtered, ['next-match'], context);
    expect(next.cursor).toEqual({ row: 16, column: 3 });
    expect(stateAfter(next, ['next-match'], context).cursor).toEqual(filtered.cursor);
    expect(stateAfter(next, ['previous-match'], context).cursor).toEqual(filtered.cursor);
    expect(gridScreen.off(start, 'next-match', context)).toBe('No filter yet. Press / first.');
  });
});

describe('marks', () => {
  const watched = frameSweep();
  const context = gridContext(watched);
  const start = settleGrid(opened(watched, { wanted: 'medium-hmc-2' }), watched, context);

  test('survive filter, sort and fold, and hidden ones count', () => {
    const state = stateAfter(
      start,
      ['mark', 'filter diverged', 'mark', 'back', 'sort state', 'fold'],
      context,
    );
    expect(new Set(state.marks)).toEqual(new Set(['medium-hmc-2', 'medium-mclmc-6']));
    expect(textOf(gridScreen.message(state, context))).toMatch(
      /^2 marked, 2 not shown \(error 2\) {2}r retry/,
    );
  });

  test('show as * and under the cursor as braces', () => {
    const state = stateAfter(
      start,
      ['filter error !small', 'mark', 'right', 'mark', 'up'],
      context,
    );
    const lines = screenText({ ...state, cursor: { row: 12, column: 2 } }, context);
    expect(lines[5]).toContain('{✗ OOM        ×2}');
    const beside = screenText({ ...state, cursor: { row: 12, column: 1 } }, context);
    expect(beside[5]).toContain('[✓  32.6 ±1.0   *✗ OOM');
  });

  test('of a range follow the cursor and stay when it ends', () => {
    const ranged = stateAfter(start, ['mark-range', 'down', 'down', 'right'], context);
    expect(ranged.marks).toHaveLength(6);
    expect(stateAfter(ranged, ['up'], context).marks).toHaveLength(4);
    expect(stateAfter(ranged, ['mark-range', 'up'], context).marks).toHaveLength(6);
  });

  test('of all that is shown are the hits of a filter', () => {
    const state = stateAfter(start, ['filter error', 'mark-all'], context);
    expect(state.marks).toHaveLength(3);
    expect(stateAfter(state, ['mark-all'], context).marks).toEqual([]);
  });
});

const COMMANDS = [
  'up',
  'down',
  'left',
  'right',
  'first',
  'last',
  'page-up',
  'page-down',
  'mark',
  'mark-range',
  'mark-all',
  'fold',
  'sort',
  'columns',
  'size',
  'next-problem',
  'filter error',
  'filter hmc s3',
  'filter',
  'next-match',
  'previous-match',
  'back',
];

test('whatever is pressed, no row leaves the screen and the cursor stays on a row', () => {
  const watched = frameSweep();
  const arbitrary = fc.record({
    commands: fc.array(fc.constantFrom(...COMMANDS), { maxLength: 25 }),
    columns: fc.integer({ min: 60, max: 210 }),
    rows: fc.integer({ min: 13, max: 50 }),
    ascii: fc.boolean(),
  });
  fc.assert(
    fc.property(arbitrary, ({ commands, columns, rows, ascii }) => {
      const theme = themeOf({ colour: false, ascii });
      const context = gridContext(watched, { columns, rows, theme });
      const state = stateAfter(opened(watched), commands, context);
      const lines = gridLines(state, context).map(textOf);
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const text of lines) {
        expect(widthOf(text)).toBeLessThanOrEqual(columns);
        if (ascii) expect(text).toMatch(/^[ -~]*$/);
      }
    }),
    { numRuns: 150 },
  );
});

test('a wide problem’s name leaves the columns right of it in place', () => {
  const table = ['模型-α 0 | ok 12.4 0.3', 'a-very-long-problem-name 0 | ok 12.4 0.3'].join('\n');
  const watched = watchedSweep({ samplers: ['hmc'], table });
  const rows = gridLines(opened(watched), gridContext(watched)).map(textOf).slice(4);
  const places = rows
    .filter((text) => text.includes('✓'))
    .map((text) => widthOf(text.slice(0, text.indexOf('✓'))));
  expect(places).toEqual([16, 16]);
});

test('what ended since the last key is bold', () => {
  const watched = watchedSweep({ samplers: ['hmc'], table: 'a 0 | ok 1 0.1\na 1 | ok 2 0.1' });
  const later = afterFacts(
    watched,
    [
      { kind: 'job_requeued', jobId: 'a-hmc-1', attempt: 1, resources: {}, noSkip: true },
      { kind: 'job_cancelled', jobId: 'a-hmc-1', attempt: 1, owner: '', usage: null },
    ],
    NOW + 1,
  );
  const lines = gridLines(opened(later), gridContext(later, { seenUpTo: NOW }));
  const bold = lines.filter((spans) => spans.some(({ tones }) => tones.includes('news')));
  expect(bold.map((spans) => textOf(spans).slice(2, 6))).toEqual(['a s1']);
});

test('a key at 5,000 jobs looks at what is visible alone', () => {
  const watched = bigSweep(1250, ['a', 'b', 'c', 'd']);
  const context = gridContext(watched, { columns: 120, rows: 38 });
  let looks = 0;
  const jobs = new Proxy(watched.sweep.jobs, {
    get(target, name) {
      if (name === 'get') looks += 1;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const spied = { ...watched, sweep: { ...watched.sweep, jobs } };
  const seen = gridContext(spied, { columns: 120, rows: 38 });
  const state = stateAfter(opened(spied), ['page-down', 'down'], seen);
  looks = 0;
  screenText(stateAfter(state, ['down'], seen), seen);
  expect(looks).toBeLessThan(400);
  expect(context.columns).toBe(120);
});

describe('what was turned can be taken back at any time', () => {
  const watched = frameSweep();
  const context = gridContext(watched);
  const turned = (...commands: string[]) => stateAfter(opened(watched), commands, context);
  const back = (state: GridState): GridState => gridScreen.undo?.(state) ?? state;

  test('marks, sort, folds and filter, the last one first', () => {
    let state = turned('mark', 'sort state', 'fold', 'filter oom');
    expect(state).toMatchObject({ filter: 'oom', sort: 'state' });
    state = back(state);
    expect(state).toMatchObject({ filter: '', sort: 'state', folded: [0] });
    state = back(state);
    expect(state).toMatchObject({ sort: 'state', folded: [] });
    state = back(state);
    expect(state).toMatchObject({ sort: 'plan', order: null });
    expect(state.marks).toHaveLength(1);
    state = back(state);
    expect(state.marks).toEqual([]);
    expect(gridScreen.undo?.(state)).toBeNull();
  });

  test('a filter that esc has cleared comes back, one that was typed goes as a whole', () => {
    const typed = turned('filter o', 'filter oo', 'filter oom');
    expect(back(typed).filter).toBe('');
    expect(back(stateAfter(typed, ['back'], context)).filter).toBe('oom');
  });

  test('the marks of a range go as a whole', () => {
    const state = turned('down', 'mark-range', 'down', 'down', 'mark-range');
    expect(state.marks.length).toBeGreaterThan(1);
    expect(back(state)).toMatchObject({ marks: [], anchor: null });
  });

  test('moves are not among it', () => {
    expect(gridScreen.undo?.(turned('down', 'right', 'last'))).toBeNull();
  });
});
