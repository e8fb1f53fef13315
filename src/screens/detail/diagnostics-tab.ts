import { isLive } from '../../dispatch/journal/events.ts';
import { llcText } from '../../ui/format/llc-text.ts';
import { countText } from '../../ui/format/numbers.ts';
import { type Line, line } from '../../ui/line.ts';
import { cutEnd } from '../../ui/text/cut.ts';
import { wrapped } from '../../ui/text/wrapped.ts';
import { caretText } from '../sweep/caret-text.ts';
import { doubtOf } from '../sweep/doubt-words.ts';
import { coarseChainText } from './chain-text.ts';
import type { JobSeen } from './job-seen.ts';
import { chainsOfMetrics, soFarText } from './overview-tab.ts';

/** Whether its number can be trusted, why, and what to change. */
export function diagnosticsTab(seen: JobSeen): Line[] {
  const { job, progress, width, theme } = seen;
  const { ellipsis, plusMinus } = theme.glyphs;
  const { outcome } = job;
  const cut = (text: string) => cutEnd(text, width, ellipsis);
  if (isLive(job.state) || outcome === null) {
    const text = soFarText(seen);
    if (text === '') return [line(''), line('No result, so nothing to judge.')];
    const numbers =
      progress === null || progress.llc === null
        ? []
        : [line(cut(numbersText(progress.rhat, progress.ess, progress.llcByChain)))];
    return [line(''), ...wrapped(text, width).map((part) => line(part)), ...numbers];
  }
  const doubt = doubtOf(job);
  const verdict = doubt === null ? 'trusted' : `? ${doubt.why} ${doubt.advice}`;
  const estimate =
    outcome.llcMean === null
      ? []
      : [
          line(
            cut(`LLC ${llcText(outcome.llcMean, outcome.llcSe, { columns: 24, plusMinus })}`),
            'title',
          ),
        ];
  return [
    line(''),
    ...wrapped(`verdict  ${verdict}`, width).map((part) =>
      line(part, ...(doubt === null ? (['good'] as const) : (['warn'] as const))),
    ),
    ...estimate,
    ...wrapped(metricsText(seen), width).map((part) => line(part)),
    ...saidLines(seen),
  ];
}

/** `R-hat 1.034  ESS 212, tail 187  virial 1.02  accept 0.81  chains 31 34 31 32`. */
function metricsText(seen: JobSeen): string {
  const { job } = seen;
  const metric = (name: string): number | null => {
    const value = seen.files?.metrics?.[`${job.sampler}_${name}`];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const tail = metric('ess_tail');
  const bulk = metric('ess_bulk');
  const virial = metric('virial');
  const accept = metric('mean_acceptance');
  const first = numbersText(
    job.outcome?.rhat ?? null,
    job.outcome?.ess ?? null,
    chainsOfMetrics(seen),
    [
      ...(bulk === null ? [] : [`bulk ${countText(Math.floor(bulk))}`]),
      ...(tail === null ? [] : [`tail ${countText(Math.floor(tail))}`]),
    ],
    [
      ...(virial === null ? [] : [`virial ${virial.toFixed(2)}`]),
      ...(accept === null ? [] : [`accept ${accept.toFixed(2)}`]),
    ],
  );
  return first;
}

function numbersText(
  rhat: number | null,
  ess: number | null,
  chains: readonly number[],
  ofEss: readonly string[] = [],
  more: readonly string[] = [],
): string {
  const parts = [
    ...(rhat === null ? [] : [`R-hat ${rhat.toFixed(3)}`]),
    ...(ess === null ? [] : [[`ESS ${countText(Math.floor(ess))}`, ...ofEss].join(', ')]),
    ...more,
    ...(chains.length === 0 ? [] : [`chains ${chains.map(coarseChainText).join(' ')}`]),
  ];
  return parts.join('  ');
}

/** The run's own words: its verdict in a sentence, and all that was found. */
function saidLines({ files, job, width }: JobSeen): Line[] {
  const text = files?.metrics?.[`${job.sampler}_verdict_text`];
  const findings = files?.metrics?.[`${job.sampler}_findings`];
  const said = [
    ...(typeof text === 'string' && text !== '' ? [text] : []),
    ...(Array.isArray(findings)
      ? findings.filter((one): one is string => typeof one === 'string').map((one) => `- ${one}`)
      : []),
  ];
  if (said.length === 0) return [];
  return [
    line(''),
    ...said.flatMap((one) => wrapped(caretText(one), width)).map((part) => line(part)),
  ];
}
