import { relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { writeWhole } from '../dispatch/artifacts/atomic-write.ts';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import type { Advice } from '../dispatch/calibration/advise.ts';
import {
  type CalibrationRecord,
  type StepSearch,
  writeCalibration,
} from '../dispatch/calibration/calibration-file.ts';
import {
  gammaOf,
  type MapBase,
  type MapFactors,
  mapPlan,
  stepField,
} from '../dispatch/calibration/map-plan.ts';
import { readMap } from '../dispatch/calibration/read-map.ts';
import { addRunFlags, type GivenFlags, readFlags } from '../dispatch/config/flags.ts';
import { issueText } from '../dispatch/config/issue.ts';
import type { Config } from '../dispatch/config/schema.ts';
import { LlcError } from '../dispatch/errors.ts';
import { heatMapSpec } from '../report/calibration/heat-map.ts';
import { calibrationReport } from './calibrate-report.ts';
import { searchStep } from './calibrate-search.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { prepareFromFlags } from './prepare-from-flags.ts';
import type { Rim } from './rim.ts';
import { startFromFlags } from './start-sweep.ts';
import { watchSweep } from './watch-sweep.ts';
import { watchToTheEnd } from './watch-to-the-end.ts';

interface Options {
  /** Default: `FACTORS`. */
  readonly stepFactors?: readonly number[];
  readonly betaFactors?: readonly number[];
  readonly gammaFactors?: readonly number[];
  /** Null: what the map was made with, else the default. */
  readonly tolerance?: number;
  readonly error?: number;
  readonly from?: string;
  readonly out?: string;
  readonly json: boolean;
}

const TOLERANCE = 0.02;
const ERROR = 0.01;
/** Places of the map; jobs of networks take a minute each. */
const FACTORS: MapFactors = {
  step: [0.125, 0.25, 0.5, 1],
  beta: [0.5, 1, 2],
  gamma: [0.1, 0.3, 1, 3, 10],
};
const NETWORK_FACTORS: MapFactors = { step: [0.25, 0.5, 1], beta: [0.5, 1, 2], gamma: [0.3, 1, 3] };
const GROUP = 'The map:';

/** Adds `llc calibrate`: a step size, a map around it, and the settings that both recommend. */
export function addCalibrate(program: Command, rim: Rim): void {
  const command = program
    .command('calibrate')
    .description(
      'Find the step size, map the estimate over step, beta and gamma, and write the settings that this recommends.',
    )
    .option('--json', 'print the advice as JSON and nothing before it', false)
    .optionsGroup(GROUP)
    .option('--step-factors <X,X,…>', told('the step that is found', 'step'), factors)
    .option('--beta-factors <X,X,…>', told('beta0', 'beta'), factors)
    .option('--gamma-factors <X,X,…>', told('gamma', 'gamma'), factors)
    .option(
      '--tolerance <X>',
      `a change of the estimate that does not matter, as a share of it (default: ${TOLERANCE})`,
      share,
    )
    .option(
      '--error <X>',
      `the standard error that a run shall have, as a share of the estimate (default: ${ERROR})`,
      share,
    )
    .option('--from <SWEEP>', 'advise from a map that was made before, and start nothing')
    .option('--out <FILE>', 'the preset file (default: <sweep>-<sampler>.yaml)')
    .addHelpText(
      'after',
      '\nWithout --sampler the step of SGLD; without --preset that of quick. The step is looked for in this' +
        '\nprocess; the map is a sweep, on any backend.' +
        '\n\nExample:\n  llc calibrate --target=dln --dln-widths=4,2,2\n  llc run --preset=1126-1203-calibrate-sgld.yaml --seed=7',
    );
  addRunFlags(command).action(async () => {
    const options = command.opts() as Options;
    const dir =
      options.from === undefined
        ? await makeMap(readFlags(command), options, rim)
        : sweepLayout(sweepsDirOf(rim.cwd), await chooseSweep(sweepsDirOf(rim.cwd), options.from))
            .dir;
    if (dir !== null) await advise(dir, options, rim);
  });
}

/** Searches, plans and runs the map. Null where there is nothing to advise on yet. */
async function makeMap(flags: GivenFlags, options: Options, rim: Rim): Promise<string | null> {
  refuseMatrices(flags);
  const given = { ...flags.options, preset: flags.options.preset ?? 'quick', nSeeds: 1 };
  const { configs, cpus, isGpu } = await basesOf({ ...flags, options: given }, rim);
  const bases: MapBase[] = [];
  const searches: StepSearch[] = [];
  for (const config of configs) {
    const field = stepField(config.sampler);
    const step = field === null ? null : config[field];
    if (step !== 'auto') bases.push({ config, stepSize: step, longer: 1 });
    else {
      if (isGpu) rim.note(`${config.sampler}: the step is looked for on the CPU of this machine`);
      const search = await searchStep(config, cpus, rim);
      searches.push(search);
      const longer = search.tried.at(-1)?.longer ?? 1;
      bases.push({ config, stepSize: search.stepSize, longer });
    }
  }
  const usual = configs[0]?.target === 'mlp' ? NETWORK_FACTORS : FACTORS;
  const plan = mapPlan(bases, {
    step: options.stepFactors ?? usual.step,
    beta: options.betaFactors ?? usual.beta,
    gamma: options.gammaFactors ?? usual.gamma,
  });
  const fields = Object.entries(flags.fields).filter(([name]) => !plan.spokenFor.has(name));
  const started = await startFromFlags(
    'sweep',
    {
      fields: Object.fromEntries(fields),
      options: {
        ...given,
        nSeeds: flags.options.nSeeds ?? 1,
        problemGrid: plan.problems,
        samplerGrid: plan.samplers,
      },
    },
    rim,
    { json: options.json, asks: true, label: 'calibrate' },
  );
  if (started === null) return null;
  const { sweepId, dir, detach, known, since, takeOver } = started;
  const [{ config }] = bases;
  const record: CalibrationRecord = {
    version: 1,
    beta0: config.beta0,
    gamma: gammaOf(config),
    tolerance: options.tolerance ?? TOLERANCE,
    error: options.error ?? ERROR,
    searches,
  };
  await writeCalibration(sweepLayout(sweepsDirOf(rim.cwd), sweepId).calibration, record);
  if (detach) {
    if (options.json) rim.print(JSON.stringify({ sweep: sweepId, outcome: 'detached' }));
    else rim.print(sweepId);
    rim.note(`The map runs in the background. Then: llc calibrate --from=${sweepId}`);
    return null;
  }
  const watched = { takeOver, known, since };
  if (options.json) await watchSweep(dir, rim, { ...watched, quiet: true });
  else await watchToTheEnd(dir, rim, { ...watched, json: false, asGrid: true });
  return dir;
}

/** `times gamma (default: 0.1,0.3,1,3,10; networks: 0.3,1,3)`. */
function told(what: string, axis: keyof MapFactors): string {
  const [usual, network] = [FACTORS[axis].join(','), NETWORK_FACTORS[axis].join(',')];
  return `times ${what} (default: ${usual}${network === usual ? '' : `; networks: ${network}`})`;
}

function refuseMatrices({ options }: GivenFlags): void {
  const given = (['study', 'problemGrid', 'samplerGrid'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (given.length === 0) return;
  throw new LlcError(
    64,
    'llc calibrate maps one problem: it makes its own matrix.',
    'Give the problem by flags or by --preset, and samplers by --sampler.',
  );
}

/** One complete configuration a sampler, at the first seed; SGLD where nobody named any. */
async function basesOf(
  flags: GivenFlags,
  rim: Rim,
): Promise<{ configs: readonly Config[]; cpus: number; isGpu: boolean }> {
  const prepare = async (fields: GivenFlags['fields']) => {
    const prepared = await prepareFromFlags('sweep', { ...flags, fields }, rim);
    if (prepared.ok) return prepared;
    throw new LlcError(78, prepared.issues.map(issueText).join('\n     '), 'Nothing was started.');
  };
  const isNamed =
    'sampler' in flags.fields || !['quick', 'full'].includes(String(flags.options.preset));
  const fields = isNamed ? flags.fields : { ...flags.fields, sampler: 'sgld' };
  const { plan, options } = await prepare(fields);
  return {
    configs: plan.jobs.map(({ config }) => config),
    cpus: options.cpus,
    isGpu: options.gpuMode !== 'off',
  };
}

async function advise(dir: string, options: Options, rim: Rim): Promise<void> {
  const sweepsDir = sweepsDirOf(rim.cwd);
  const sweepId = dir.slice(sweepsDir.length + 1);
  const map = await readMap(sweepLayout(sweepsDir, sweepId), rim.cwd);
  if (map.unfinished > 0) {
    rim.note(
      `${map.unfinished} of ${map.jobs.length} jobs have not ended: llc attach ${sweepId}. ` +
        `Then: llc calibrate --from=${sweepId}`,
    );
    rim.exitCode = rim.signal.aborted ? 130 : 75;
    return;
  }
  const report = calibrationReport(map, {
    sweepId,
    tolerance: options.tolerance ?? map.record?.tolerance ?? TOLERANCE,
    error: options.error ?? map.record?.error ?? ERROR,
    date: rim.now().toISOString().slice(0, 10),
    version: rim.version,
    out: options.out ?? null,
    ascii: !rim.isTerminal,
  });
  for (const { path, text } of report.files) {
    await writeWhole(resolve(rim.cwd, path), text).catch((error: unknown) => {
      throw cannotWrite('the preset', path, error);
    });
  }
  if (options.json) rim.print(JSON.stringify(report.json, null, 2));
  else for (const line of report.lines) rim.print(line);
  for (const path of await drawMaps(report.advices, sweepLayout(sweepsDir, sweepId), rim))
    if (!options.json) rim.print(`  ${path}`);
  // Cells of a map may fail: what counts is whether there is advice.
  rim.exitCode = report.files.length === report.advices.length ? 0 : 1;
}

/** Heat maps beside the sweep's tables, SVG and PNG. */
async function drawMaps(
  advices: readonly Advice[],
  files: ReturnType<typeof sweepLayout>,
  { cwd }: Rim,
): Promise<string[]> {
  const { renderFigure } = await import('../report/figures/render-figure.ts');
  const paths: string[] = [];
  for (const advice of advices) {
    const { svg, png } = await renderFigure(heatMapSpec(advice), { width: 0, height: 0 });
    for (const [kind, bytes] of [
      ['svg', svg],
      ['png', png],
    ] as const) {
      const path = files.map(advice.sampler, kind);
      await writeWhole(path, bytes).catch((error: unknown) => {
        throw cannotWrite('the heat map', path, error);
      });
      paths.push(relative(cwd, path));
    }
  }
  return paths;
}

/** `.5,1,2`: numbers above 0 that differ, rising. */
function factors(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!numbers.every((number) => number > 0 && number <= 1e6) || numbers.length > 20) {
    throw new InvalidArgumentError('At most 20 numbers above 0, comma-separated.');
  }
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('A number between 0 and 1, such as 0.02.');
}
