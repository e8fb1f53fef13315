import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { detailLines } from '../../../src/screens/detail/detail-lines.ts';
import { detailScreen, openDetail } from '../../../src/screens/detail/detail-screen.tsx';
import { textOf } from '../../../src/ui/line.ts';
import { contextOf, filesOf, PROGRESS, runs, SWEEP, TRACE, watched } from './watched-job.ts';

test('what is drawn are its lines', () => {
  const jobId = 'large-hmc-0';
  const sweep = watched(runs(jobId, '48213_74', 'gpu-05', '13:47'), new Map([[jobId, PROGRESS]]));
  const context = contextOf(sweep, { files: filesOf(jobId, { trace: TRACE }) });
  const state = openDetail({ screen: 'detail', sweepId: SWEEP, jobId });
  const drawn = renderToString(<detailScreen.View state={state} context={context} />, {
    columns: context.columns,
  });
  const rows = detailLines(state, context).map((line) => textOf(line).trimEnd());
  expect(drawn.split('\n').map((row) => row.trimEnd())).toEqual(rows);
});
