import { describe, expect, test } from 'vitest';
import { gridScreen } from '../../../src/screens/grid/grid-screen.ts';
import { type GridState, groupRow } from '../../../src/screens/grid/grid-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { frameSweep } from '../sweep/frame-sweep.ts';
import { gridContext, opened, screenText } from './grid-context.ts';

const FRAME = `
llc 1123-1102-full  slurm gpu, vectorized             slurm ok 14:31   14:32:07
✓58 ok  =8 cached  ▸19 running  ◔30 waiting  ↻1 retrying  ✗3 error  ⊘1
━━━━━━━━━━━━━━╍╍╍╍──────  58% of 120            22/h   done ~16:50   31.2 GPU h
1-18 of 23      sgld            sghmc           hmc             mclmc
+ small         ✓9 =1           ✓8 =1 ⊘1        ✗1 ✓7 =1 ▸1     ✓9 =1
- medium
  medium s0     =  31.9 ±0.8    =  32.4 ±1.1    =  31.6 ±0.4    =  31.8 ±0.5
  medium s1     ✓  32.2 ±0.8    ✓  32.0 ±0.9    ✓  31.4 ±0.4    ✓  31.5 ±0.5
  medium s2     ✓  31.7 ±0.7    ✓  32.6 ±1.0   [✗ OOM        ×2]✓  31.9 ±0.5
  medium s3     ✓  32.5 ±0.8    ✓  32.1 ±0.9    ✓  31.7 ±0.4    ✓  30.2 ±0.6?
  medium s4     ✓  33.9 ±1.4?   ✓  32.3 ±1.0    ↻ at 14:33   ×2 ✓  31.6 ±0.5
  medium s5     ✓  31.8 ±0.7    ✓  32.2 ±0.9    ✓  31.5 ±0.4    ▸  92% ~31.7
  medium s6     ✓  32.0 ±0.8    ✓  31.9 ±0.8    ▸  77% ~31.3    ✗ diverged
  medium s7     ✓  32.3 ±0.8 ×2 ⇣ collecting    ▸  58% ~31.8    ▸  83% ~31.6
  medium s8     ✓  31.6 ±0.7    ▸  90% ~32.5    ▸  23% ~33.1    ▹ starting
  medium s9     ▸  95% ~32.1    ◔ Resources     ◔ Priority      ◔ Priority
- large
  large s0      ✓  98.1 ±2.2    ✓  97.6 ±2.4?   ▸  41% ~95.2    ✓  95.7 ±1.8
  large s1      ✓  97.9 ±2.3    ▸  88% ~96.9    ▸  37% ~94.8    ▸  71% ~95.5
  large s2      ▸  52% ~98.8    ▸  47% ~96.1    ▹ starting      ▸  30% ~94.9
  large s3      ▸  12%  ~104    ◔ Resources     ◔ Priority      ◔ Priority
  large s4      ◔ Priority      ◔ Priority      ◔ QOSMaxJob…    · planned`
  .slice(1)
  .split('\n');

const watched = frameSweep();
const onOom = opened(watched, { folded: [0], wanted: 'medium-hmc-2' });

test('why a place is down stands at the foot, except where the cursor’s job says what to do', () => {
  const text = 'Modal cannot be asked: upstream connect error';
  const health = { state: 'down', text, at: 0 } as const;
  const troubled = { ...watched, live: { ...watched.live, health } } as typeof watched;
  const context = gridContext(troubled);
  const foot = (wanted: string) => {
    const state = opened(troubled, { wanted });
    return textOf(gridScreen.message(gridScreen.settle?.(state, context) ?? state, context));
  };
  expect(foot('large-hmc-0')).toBe(`${text}. Jobs go on; it is asked again.`);
  expect(foot('medium-hmc-2')).toMatch(/^medium s2 hmc {2}OOM twice/);
});

test('without colour the grid of 80x24 is the frame of the design', () => {
  expect(screenText(onOom, gridContext(watched))).toEqual(FRAME);
});

test('at 120x40 the first 79 columns of the grid are those of 80x40', () => {
  const narrow = screenText(onOom, gridContext(watched, { columns: 80, rows: 38 }));
  const wide = screenText(onOom, gridContext(watched, { columns: 120, rows: 38 }));
  const left = (text: string) => text.slice(0, 79).trimEnd();
  expect(
    wide
      .slice(3)
      .map(left)
      .slice(0, narrow.length - 3),
  ).toEqual(narrow.slice(3).map(left));
});

test('from 120 columns on starting, collecting and planned have their own counts', () => {
  const [, counts] = screenText(onOom, gridContext(watched, { columns: 120, rows: 38 }));
  expect(counts).toBe(
    '✓58 ok  =8 cached  ▸16 running  ⇣1 collecting  ▹2 starting  ◔22 waiting  ↻1 retrying  ✗3 error  ⊘1 cancelled  ·8 planned',
  );
});

test('the message line names the job and what to do', () => {
  const context = gridContext(watched);
  const state = gridScreen.settle?.(onOom, context) ?? onOom;
  expect(textOf(gridScreen.message(state, context))).toMatch(/^medium s2 hmc {2}OOM twice: /);
});

test('the title says how far it is', () => {
  expect(gridScreen.title(onOom, gridContext(watched))).toBe('58% ✗3 1123-1102-full');
});

test('before the journal is read the screen says so under the name', () => {
  const lines = screenText(onOom, gridContext(null));
  expect(lines[0]).toMatch(/^llc 1123-1102-full .*14:32:07$/);
  expect(lines[1]).toBe('Reading the journal');
});

test('on a group’s line the label is in brackets', () => {
  const state = opened(watched, { folded: [0], cursor: { row: groupRow(1), column: 0 } });
  expect(screenText(state, gridContext(watched))[5]).toBe('-[medium       ]');
});

describe('the pane of a job that runs', () => {
  const onRunning = opened(watched, { wanted: 'large-hmc-0' });
  const trace = [1000, 2000, 3000].map((step) => ({
    step,
    llcByChain: [95, 96],
    llc: 95.5,
    llcSe: 0.5,
    rhat: 1.01,
    ess: 100,
  }));
  const files = {
    jobId: 'large-hmc-0',
    attempt: 1,
    stdout: [],
    stderr: [],
    stdoutPath: '',
    stderrPath: '',
    trace,
    metrics: null,
    runDir: null,
  };
  const drawn = (jobFiles: typeof files | null, columns = 120) => {
    const context = gridContext(watched, { columns, rows: 38 });
    const known = { ...context.known, jobFiles };
    return screenText(onRunning, { ...context, known }).join('\n');
  };

  test('has the course of its estimate over the steps', () => {
    expect(drawn(files)).toMatch(/[\u2801-\u28ff]/);
    expect(drawn(files)).toMatch(/│ .*1,000 +step +3,000/);
    expect(drawn(null)).not.toMatch(/[\u2801-\u28ff]/);
  });

  test('has no course of another job or of an attempt that is over', () => {
    expect(drawn({ ...files, jobId: 'large-hmc-1' })).toBe(drawn(null));
    expect(drawn({ ...files, attempt: 2 })).toBe(drawn(null));
  });

  test('asks for the files of the job alone, and where there is no pane for none', () => {
    const asked = (state: GridState, columns: number) => {
      const context = gridContext(watched, { columns, rows: 38 });
      return gridScreen.jobShown?.(gridScreen.settle?.(state, context) ?? state, context);
    };
    expect(asked(onRunning, 120)).toEqual({ jobId: 'large-hmc-0', aside: true });
    expect(asked(onRunning, 119)).toBeNull();
    expect(asked(opened(watched, { cursor: { row: groupRow(0), column: -1 } }), 120)).toBeNull();
  });
});
