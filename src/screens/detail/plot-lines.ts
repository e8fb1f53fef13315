import { countText } from '../../ui/format/numbers.ts';
import { type Line, line, span } from '../../ui/line.ts';
import type { TracePoint } from '../known/job-files.ts';
import { type Course, chainTones, coursePlot } from './course-plot.ts';
import { paddedLeft } from './cut-text.ts';
import type { JobSeen } from './job-seen.ts';

/** The fewest rows that show a course, with the row of its steps. */
const FEWEST_ROWS = 4;
const MOST_ROWS = 16;
/** `1,234` and a space. */
const LABEL = 5;

/** The running LLC of each chain over the steps, in as many rows as are free; none where that is too little. */
export function plotLines({ files, theme, width }: JobSeen, free: number): Line[] {
  const trace = files?.trace ?? [];
  const rows = Math.min(free, MOST_ROWS) - 1;
  const course = courseOf(trace);
  const names = 3 + 2 * Math.min(course.series.length, 9);
  const columns = width - LABEL - names;
  if (rows < FEWEST_ROWS - 1 || columns < 20) return [];
  const plot = coursePlot(course, { columns, rows, ascii: theme.ascii });
  if (plot === null) return [];
  const { low, high, ends } = plot;
  const label = (row: number): string => {
    if (row === 0) return axisText(high, high - low);
    return row === rows - 1 ? axisText(low, high - low) : '';
  };
  return [
    ...plot.rows.map((drawn, row) => {
      const here = ends[row] ?? [];
      return [
        span(`${paddedLeft(label(row), LABEL - 1)} `),
        ...drawn,
        ...(here.length === 0 ? [] : [span('  ')]),
        ...here.slice(0, 9).map((chain) => span(` ${chain}`, ...chainTones(chain - 1))),
      ];
    }),
    line(stepAxis(trace, columns)),
  ];
}

function courseOf(trace: readonly TracePoint[]): Course {
  const chains = Math.max(0, ...trace.map(({ llcByChain }) => llcByChain.length));
  const edge = (side: 1 | -1) =>
    trace.map(({ llc, llcSe }) => (llc === null ? Number.NaN : llc + side * (llcSe ?? 0)));
  return {
    x: trace.map(({ step }) => step),
    series: Array.from({ length: chains }, (_, chain) =>
      trace.map(({ llcByChain }) => llcByChain[chain] ?? Number.NaN),
    ),
    band: [edge(-1), edge(1)],
  };
}

/** As many decimals as the height of the plot leaves standing, in four columns where that is possible. */
function axisText(value: number, height: number): string {
  const places = height >= 10 ? 0 : height >= 1 ? 1 : 2;
  const text = value.toFixed(places);
  if (text.length <= LABEL - 1) return text;
  return Math.abs(value) < 1e4 ? value.toFixed(0) : value.toExponential(0).replace('e+', 'e');
}

function stepAxis(trace: readonly TracePoint[], columns: number): string {
  const first = countText(trace[0]?.step ?? 0);
  const last = countText(trace.at(-1)?.step ?? 0);
  const middle = Math.max(first.length + 1, Math.floor((columns - 4) / 2));
  const start = `${first.padEnd(middle)}step`;
  return (
    ' '.repeat(LABEL) + start + paddedLeft(last, Math.max(last.length + 1, columns - start.length))
  );
}
