import { basename, dirname, join } from 'node:path';
import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { isLive } from '../../dispatch/journal/events.ts';
import { llcText } from '../../ui/format/llc-text.ts';
import { countText, hoursText, moneyText } from '../../ui/format/numbers.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd, cutHead, padEnd, padStart } from '../../ui/text/cut.ts';
import type { TracePoint } from '../known/job-files.ts';
import { backendName } from '../sweep/backend-name.ts';
import { caretText } from '../sweep/caret-text.ts';
import { plotLines } from '../sweep/plot-lines.ts';
import { whereWords } from '../sweep/where-words.ts';
import { chainText } from './chain-text.ts';
import { timesText, watchdogsText } from './clocks-text.ts';
import { at, type JobSeen } from './job-seen.ts';

/** Where it is, how far, what it has come to. The plot takes the rows that are left. */
export function overviewTab(seen: JobSeen, rows: number): Line[] {
  const above = [...placeLines(seen), line('')];
  const head = estimateLine(seen);
  const below = [...tableLines(seen), ...pathLines(seen)];
  const free = rows - above.length - below.length - (head === null ? 0 : 1);
  // A blank row keeps the table apart.
  const plot =
    head === null ? [] : [head, ...plotLines(seen.files?.trace ?? [], seen, free - 1), line('')];
  return [...above, ...plot, ...below];
}

function placeLines(seen: JobSeen): Line[] {
  const { theme, width } = seen;
  const step = [stepText(seen), ...timesText(seen)].filter((text) => text !== '').join('   ');
  return ['', placeText(seen), step, watchdogsText(seen)]
    .filter((text, i) => i === 0 || text !== '')
    .map((text) => line(cutEnd(text, width, theme.glyphs.ellipsis)));
}

/** `slurm 48213_74 on gpu-05, 4 cpus, 16 GB, A100`; the GPU by its own name once it is known. */
function placeText(seen: JobSeen): string {
  const { job, watched, resources } = seen;
  if (job.attempt === 0 && job.state !== 'cached')
    return job.endedAt === null ? 'Not tried yet.' : 'It ended before it was tried.';
  if (job.state === 'cached') return 'Its run was there already; nothing was computed.';
  const place = `${backendName(watched.sweep.backend)} ${job.handle?.id ?? ''}`.trimEnd();
  const attempt = seen.attempts.at(-1);
  const { cpus, memoryGb, gpuMode, gpuTypes } = resources;
  const used = `${cpus} ${cpus === 1 ? 'cpu' : 'cpus'}, ${memoryGb} GB`;
  const gpuKnown = gpuText(seen);
  // On this machine nobody chooses a type.
  const types = watched.sweep.backend === 'local' ? [] : gpuTypes;
  const gpus = gpuKnown ?? (types.length === 0 ? '1 GPU' : types.join(' or '));
  const asked = gpuMode === 'off' ? used : `${used}, ${gpus}`;
  if (job.handle === null && isLive(job.state))
    return caretText(`${place}  not handed over yet${job.detail === '' ? '' : `: ${job.detail}`}`);
  if (job.state === 'waiting')
    return caretText(`${place} waits: ${job.detail}   asks for ${asked}`);
  const on = isLive(job.state) ? job.detail : (attempt?.on ?? '');
  const where = whereWords(on, job.handle?.id ?? '');
  const [machine = ''] = where.split(', ');
  if (gpuKnown !== null) return caretText(`${place}${machine && ` on ${machine}`}, ${asked}`);
  // The GPU that it got stands there then, in the place of those that would do.
  const isNamed = where !== on || where !== machine;
  return caretText(`${place}${where && ` on ${where}`}, ${isNamed ? used : asked}`);
}

/** What the worker says, or the finished run. */
function gpuText({ progress, files }: JobSeen): string | null {
  const ofRun = files?.metrics?.['gpu'];
  return progress?.gpu ?? (typeof ofRun === 'string' ? ofRun : null);
}

function stepText({ progress, job }: JobSeen): string {
  if (progress === null) return job.startedAt === null || !isLive(job.state) ? '' : 'no word yet';
  if (progress.total === 0) return progress.stage;
  const steps = `step ${countText(progress.done)} of ${countText(progress.total)}`;
  return progress.stage === 'sampling' ? steps : `${progress.stage}, ${steps}`;
}

/** `running LLC 95.2 ±2.9   chains 96.6 93.2 98.2 92.9`; null before the first value. */
function estimateLine(seen: JobSeen): Line | null {
  const { job, theme, width, progress, files } = seen;
  const now = progress ?? (isLive(job.state) ? (files?.trace.at(-1) ?? null) : null);
  const { plusMinus, ellipsis } = theme.glyphs;
  if (now !== null && now.llc !== null) {
    const value = llcText(now.llc, now.llcSe, { columns: 24, plusMinus });
    const chains = now.llcByChain.map(chainText).join(' ');
    const band = (files?.trace.length ?? 0) < 2 ? '' : bandText(theme.ascii);
    return line(cutEnd(`running LLC ${value}   chains ${chains}${band}`, width, ellipsis));
  }
  const { outcome } = job;
  if (outcome === null || outcome.llcMean === null) return null;
  const chains = chainsOfMetrics(seen).map(chainText).join(' ');
  return line(
    cutEnd(
      `LLC ${llcText(outcome.llcMean, outcome.llcSe, { columns: 24, plusMinus })}${chains === '' ? '' : `   chains ${chains}`}`,
      width,
      ellipsis,
    ),
  );
}

function bandText(ascii: boolean): string {
  return ascii ? '   :: the band' : '   dots: the band';
}

/** The estimate of each chain of a finished run. */
export function chainsOfMetrics({ files, job }: JobSeen): readonly number[] {
  const chains = files?.metrics?.[`${job.sampler}_llc_by_chain`];
  return Array.isArray(chains)
    ? chains.map((value) => (typeof value === 'number' ? value : Number.NaN))
    : [];
}

const LABEL = 5;
const CELL = 8;
const RIGHT_FROM = 42;

/** R-hat and ESS as they grow, beside work, cost and the exact value. */
function tableLines(seen: JobSeen): Line[] {
  const { theme, width } = seen;
  const points = tablePoints(seen);
  const rows: readonly (readonly [string, (point: TracePoint) => string])[] = [
    ['step', ({ step }) => countText(step)],
    ['R-hat', ({ rhat }) => (rhat === null ? '' : rhat.toFixed(3))],
    ['ESS', ({ ess }) => (ess === null ? '' : countText(Math.floor(ess)))],
  ];
  const right = [
    ['work', workText(seen)],
    ['cost', costText(seen)],
    ['exact', exactText(seen)],
  ] as const;
  const lines = rows.map(([label, cell], i) => {
    const numbers = points.map((point) => padStart(cell(point), CELL)).join('');
    const left = points.length === 0 ? '' : padEnd(label.padEnd(LABEL) + numbers, RIGHT_FROM);
    const [name, value] = right[i] as (typeof right)[number];
    return line(cutEnd(`${left}${name.padEnd(7)}${value}`, width, theme.glyphs.ellipsis));
  });
  return [...lines, line('')];
}

const SHOWN_POINTS = 4;

/** Some moments evenly spread over those with diagnostics, the newest last. */
function tablePoints({ files, progress, job }: JobSeen): readonly TracePoint[] {
  const judged = (files?.trace ?? []).filter(({ rhat, ess }) => rhat !== null || ess !== null);
  if (judged.length === 0) {
    if (progress === null || progress.llc === null || !isLive(job.state)) return [];
    return [{ ...progress, step: progress.done }];
  }
  const count = Math.min(SHOWN_POINTS, judged.length);
  return Array.from(
    { length: count },
    (_, i) => judged[Math.round(((i + 1) * judged.length) / count) - 1] as TracePoint,
  );
}

function workText({ job, progress, now }: JobSeen): string {
  const { outcome, startedAt } = job;
  const work = outcome?.workGrad ?? null;
  const gradients = work === null ? [] : [`${scientific(work)} gradients`];
  if (outcome !== null && progress === null) {
    const { ess, tSampling } = outcome;
    const pace = ess === null || tSampling === null || tSampling === 0 ? null : ess / tSampling;
    return [...gradients, ...(pace === null ? [] : [`${pace.toPrecision(2)} ESS/s`])].join(', ');
  }
  const seconds = startedAt === null ? 0 : (now - startedAt) / 1000;
  if (progress === null || progress.ess === null || seconds <= 0)
    return isLive(job.state) ? 'not known yet' : 'not known';
  return `${(progress.ess / seconds).toPrecision(2)} ESS/s`;
}

/** `9.8e4`; small counts in full. */
function scientific(value: number): string {
  return value < 1e4 ? countText(value) : value.toExponential(1).replace('e+', 'e');
}

/** `$1.20, 0.8 GPU h`; while it runs, by its price an hour: `~$0.95 so far, 0.6 GPU h`. */
function costText({ job, resources, perHour, now }: JobSeen): string {
  const { startedAt, cost, durationS } = job;
  const seconds = isLive(job.state)
    ? startedAt === null
      ? 0
      : Math.max(0, (now - startedAt) / 1000)
    : (durationS ?? 0);
  const isGpu = resources.gpuMode !== 'off';
  const hours = hoursText((seconds / 3600) * (isGpu ? 1 : resources.cpus), isGpu ? 'GPU' : 'CPU');
  if (perHour !== null && isLive(job.state)) {
    // Attempts before this one have been counted.
    const soFar = (cost ?? 0) + (seconds / 3600) * perHour;
    return `~${moneyText(soFar)} so far, ${hours}`;
  }
  return cost === null ? hours : `${moneyText(cost)}, ${hours}`;
}

function exactText({ files }: JobSeen): string {
  const exact = files?.metrics?.['llc_exact'];
  return typeof exact === 'number' ? String(Number(exact.toPrecision(5))) : 'not known';
}

function pathLines(seen: JobSeen): Line[] {
  const { watched, job, width, theme } = seen;
  const { ellipsis } = theme.glyphs;
  const shown = (path: string) => cutHead(caretText(path), width - 8, ellipsis);
  const sweeps = basename(dirname(watched.dir));
  return [
    [span('run     ', 'quiet'), span(shown(join(watched.sweep.runsDir, job.runId)))],
    [
      span('files   ', 'quiet'),
      span(shown(sweepLayout(sweeps, basename(watched.dir)).job(job.jobId))),
    ],
  ];
}

/** In one sentence, whether its number can be trusted so far. */
export function soFarText(seen: JobSeen): string {
  const { job, progress, spec } = seen;
  if (job.state === 'waiting' || job.state === 'submitted') {
    const since = job.queuedAt === null ? '' : ` since ${at(seen, job.queuedAt)}`;
    return caretText(`Not tried yet: ${job.detail === '' ? 'submitted' : job.detail}${since}.`);
  }
  if (!isLive(job.state)) return '';
  if (progress === null || progress.llc === null) {
    const warmup =
      spec === null ? null : warmupOf(spec.config as Readonly<Record<string, unknown>>);
    return `First value after warm-up${warmup === null ? '' : `, at step ${countText(warmup)}`}.`;
  }
  const { rhat, ess } = progress;
  if (rhat === null || ess === null) return 'Too few draws to judge by.';
  return rhat < 1.01 && ess > 400
    ? 'Good so far: R-hat below 1.01, ESS above 400.'
    : `So far: R-hat ${rhat.toFixed(3)}, wanted below 1.01; ESS ${countText(Math.floor(ess))}, wanted above 400.`;
}

function warmupOf(config: Readonly<Record<string, unknown>>): number | null {
  const sampler = String(config['sampler']);
  const steps = config[sampler === 'mclmc' ? 'mclmc_tune_steps' : `${sampler}_warmup`];
  return typeof steps === 'number' ? steps : null;
}
