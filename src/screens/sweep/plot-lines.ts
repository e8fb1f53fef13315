import { braillePlot } from '../../ui/braille-plot.ts';
import type { Line } from '../../ui/line.ts';
import type { Theme } from '../../ui/theme.ts';
import type { TracePoint } from '../known/job-files.ts';

/** The fewest rows that show a course, with the row of its steps. */
const FEWEST_ROWS = 4;
const MOST_ROWS = 16;

/** The running LLC of each chain over the steps, in as many rows as are free; none where that is too little. */
export function plotLines(
  trace: readonly TracePoint[],
  { theme, width }: { readonly theme: Theme; readonly width: number },
  free: number,
): Line[] {
  if (trace.length < 2 || free < FEWEST_ROWS) return [];
  const chains = Math.max(0, ...trace.map(({ llcByChain }) => llcByChain.length));
  // A value for each dot, so that the band is drawn all along, however few the points.
  const x = evenly(trace, 2 * width);
  const drawn = (value: (point: TracePoint) => number): readonly number[] =>
    between(trace, trace.map(value), x);
  return braillePlot({
    x,
    series: Array.from({ length: chains }, (_, chain) =>
      drawn(({ llcByChain }) => llcByChain[chain] ?? Number.NaN),
    ),
    band: [drawn((point) => edge(point, -1)), drawn((point) => edge(point, 1))],
    columns: width,
    rows: Math.min(free, MOST_ROWS),
    ascii: theme.ascii,
    xName: 'step',
  });
}

/** The estimate of all chains together, less or more its error. */
function edge({ llc, llcSe }: TracePoint, side: 1 | -1): number {
  return llc === null || llcSe === null ? Number.NaN : llc + side * llcSe;
}

function evenly(trace: readonly TracePoint[], count: number): number[] {
  const [first, last] = [trace[0]?.step ?? 0, trace.at(-1)?.step ?? 0];
  return Array.from({ length: count }, (_, i) => first + ((last - first) * i) / (count - 1));
}

/** The values at other steps, in straight lines between the points; both rise. */
function between(
  trace: readonly TracePoint[],
  values: readonly number[],
  steps: readonly number[],
): number[] {
  let next = 0;
  return steps.map((step) => {
    while (next < trace.length - 1 && (trace[next] as TracePoint).step < step) next += 1;
    const [x1, y1] = [(trace[next] as TracePoint).step, values[next] as number];
    if (next === 0 || step >= x1) return y1;
    const [x0, y0] = [(trace[next - 1] as TracePoint).step, values[next - 1] as number];
    return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
  });
}
