import { describe, expect, test } from 'vitest';
import type { OrderAction } from '../../../src/dispatch/orders/order.ts';
import { type CellSize, cellOf } from '../../../src/screens/sweep/cell-text.ts';
import { themeOf } from '../../../src/ui/theme.ts';
import { afterFacts, NOW, watchedSweep } from './watched-sweep.ts';

function cellText(
  cell: string,
  more: { asked?: OrderAction; ascii?: boolean; size?: CellSize } = {},
): string {
  const { sweep, liveJobs } = watchedSweep({ samplers: ['hmc'], table: `a 0 | ${cell}` });
  const [job] = [...sweep.jobs.values()];
  if (job === undefined) throw new Error('no job');
  const { glyph, body, doubt, attempt } = cellOf(job, more.size ?? 'full', {
    theme: themeOf({ colour: false, ascii: more.ascii ?? false }),
    now: NOW,
    live: liveJobs.get(job.jobId) ?? null,
    asked: more.asked ?? null,
  });
  return `${glyph} ${body}${doubt}${attempt}`;
}

describe('a cell', () => {
  test.each([
    ['planned', '· planned      '],
    ['submitted', '◌ submitted    '],
    ['waiting Priority', '◔ Priority     '],
    ['waiting QOSMaxJobsPerUserLimit', '◔ QOSMaxJob…   '],
    ['waiting JobHeldUser', '! held         '],
    ['starting', '▹ starting     '],
    ['running 64 12.2', '▸  64% ~12.2   '],
    ['running', '▸ running      '],
    ['collecting', '⇣ collecting   '],
    ['retrying 14:33', '↻ at 14:33     '],
    ['ok 12.4 0.3', '✓  12.4 ±0.3   '],
    ['ok 33.9 1.4 ? x2', '✓  33.9 ±1.4?×2'],
    ['cached 12.4 0.3', '=  12.4 ±0.3   '],
    ['error oom x10', '✗ OOM        ×+'],
    ['held oom x4', '» retry      ×4'],
    ['cancelled', '⊘ cancelled    '],
  ])('of %s reads "%s"', (cell, text) => {
    expect(cellText(cell)).toBe(text);
  });

  test('shows what was asked for before the journal tells it', () => {
    expect(cellText('error oom', { asked: 'retry' })).toBe('» retry        ');
    expect(cellText('running 64 12.2', { asked: 'cancel' })).toBe('» cancel       ');
    expect(cellText('ok 12.4 0.3', { asked: 'pull' })).toBe('✓  12.4 ±0.3   ');
  });

  test('has signs of ASCII alone where asked', () => {
    expect(cellText('ok 12.4 0.3 x2', { ascii: true })).toBe('+ 12.4 +-0.3 x2');
    expect(cellText('waiting QOSMaxJobsPerUserLimit', { ascii: true })).toBe('w QOSMaxJob~   ');
  });

  test('in short has the number without its error', () => {
    expect(cellText('ok 12.4 0.3 ?', { size: 'short' }).trimEnd()).toBe('✓   12.4?');
    expect(cellText('running 64 12.2', { size: 'short' }).trimEnd()).toBe('▸  64%');
  });

  test('keeps the old number until the new run is whole', () => {
    const watched = watchedSweep({ samplers: ['hmc'], table: 'a 0 | ok 12.4 0.3' });
    afterFacts(watched, [
      { kind: 'job_requeued', jobId: 'a-hmc-0', attempt: 1, resources: {}, noSkip: true },
      { kind: 'attempt_opened', jobId: 'a-hmc-0', attempt: 2, owner: 'new' },
    ]);
    const job = watched.sweep.jobs.get('a-hmc-0');
    if (job === undefined) throw new Error('no job');
    const theme = themeOf({ colour: false, ascii: false });
    const { glyph, body } = cellOf(job, 'full', { theme, now: NOW, live: null, asked: null });
    expect(`${glyph} ${body}`).toBe('◌  12.4 ±0.3');
  });
});
