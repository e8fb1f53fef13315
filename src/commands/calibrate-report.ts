import { type Advice, advise } from '../dispatch/calibration/advise.ts';
import { presetText, recommendedFields } from '../dispatch/calibration/preset-text.ts';
import type { StoredMap } from '../dispatch/calibration/read-map.ts';
import type { JobSpec } from '../dispatch/job/job-spec.ts';
import { asciiText } from './ascii-text.ts';
import { mapLines } from './calibrate-map.ts';

/** What a report needs besides the map. */
export interface ReportRequest {
  readonly sweepId: string;
  readonly tolerance: number;
  readonly error: number;
  /** `2026-11-26`. */
  readonly date: string;
  readonly version: string;
  /** The preset file; null for a name of its own. */
  readonly out: string | null;
  /** No byte above 127. */
  readonly ascii: boolean;
}

/** Lines and JSON to print, and preset files to write; none for a sampler of which nothing is advised. */
export interface CalibrationReport {
  readonly lines: readonly string[];
  readonly json: unknown;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly advices: readonly Advice[];
}

/** The map as tables, the advice in words, and the preset files. */
export function calibrationReport(map: StoredMap, request: ReportRequest): CalibrationReport {
  const { tolerance, error, ascii } = request;
  const { record } = map;
  const base = record === null ? null : { beta0: record.beta0, gamma: record.gamma };
  const advices = advise(map.cells, { tolerance, error, base });
  const several = advices.length > 1;
  const told = advices.map((advice) => {
    const path = pathOf(advice, request, several);
    const preset = presetOf(advice, map, request, path);
    return { advice, path, preset };
  });
  const lines = told.flatMap(({ advice, path, preset }) => [
    ...mapLines(advice, { ascii }),
    ...adviceLines(advice, tolerance),
    ...(preset === null ? [] : [`  ${path}   llc run --preset=${path} --seed=7`]),
    '',
  ]);
  const json = {
    sweep: request.sweepId,
    tolerance,
    samplers: told.map(({ advice, path, preset }) => ({
      ...adviceJson(advice),
      preset: preset === null ? null : path,
      fields: preset?.fields ?? null,
    })),
  };
  return {
    lines: ascii ? lines.map(asciiText) : lines,
    json,
    files: told.flatMap(({ path, preset }) =>
      preset === null ? [] : [{ path, text: preset.text }],
    ),
    advices,
  };
}

function pathOf({ sampler }: Advice, { out, sweepId }: ReportRequest, several: boolean): string {
  if (out === null) return `${sweepId}-${sampler}.yaml`;
  return several ? out.replace(/(\.ya?ml)?$/, (end) => `-${sampler}${end}`) : out;
}

function presetOf(advice: Advice, map: StoredMap, request: ReportRequest, path: string) {
  const { recommended, sampler } = advice;
  const job = recommended === null ? undefined : jobOf(advice, map);
  if (recommended === null || job === undefined) return null;
  const { date, version, sweepId } = request;
  const text = presetText(job.config, recommended, {
    sweepId,
    date,
    version,
    name: path,
    warnings: advice.warnings,
    ground: groundText(advice, request.tolerance),
    search: map.record?.searches.find((search) => search.sampler === sampler) ?? null,
  });
  return { text, fields: recommendedFields(job.config, recommended) };
}

/** The job of the recommended place. */
function jobOf({ sampler, recommended }: Advice, { cells, jobs }: StoredMap): JobSpec | undefined {
  const index = cells.findIndex(
    (cell) =>
      cell.sampler === sampler &&
      cell.stepSize === recommended?.stepSize &&
      cell.beta0 === recommended?.beta0 &&
      cell.gamma === recommended?.gamma,
  );
  return jobs[index];
}

function adviceLines(advice: Advice, tolerance: number): string[] {
  const { recommended } = advice;
  const warnings = advice.warnings.map((warning) => `  warning: ${warning}`);
  if (recommended === null) return warnings;
  const { stepSize, beta0, gamma, transitions, expectedSe, bias, within, site } = recommended;
  const step = stepSize === null ? '' : `step ${short(stepSize)}, `;
  const own =
    bias === 0 ? 'none' : Number.isFinite(bias) ? `at most ${percent(bias)}` : 'not known';
  return [
    `  ${groundText(advice, tolerance)}`,
    `  recommended: ${step}beta0 ${short(beta0)}, gamma ${short(gamma)}, ${transitions} transitions a chain`,
    `  in the map ${site.llc.toPrecision(5)} +- ${site.se.toPrecision(2)}; a run is to have a standard error of ` +
      `${percent(expectedSe)}, own error ${own}: within ${percent(within)} in 19 of 20 runs`,
    ...warnings,
  ];
}

/** Over what the estimate does not change. */
function groundText(advice: Advice, tolerance: number): string {
  const { plateau, ground } = advice;
  if (plateau === null) {
    const k = ground?.sites.length ?? 0;
    if (advice.grid.steps.length < 2) return 'No plateau in beta and gamma.';
    return `No plateau in beta and gamma; ${k} ${k === 1 ? 'step' : 'steps'} agree at the recommended ones.`;
  }
  const of = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low === high ? short(low) : `${short(low)} to ${short(high)}`;
  };
  const { sites } = plateau;
  const steps = sites.flatMap(({ stepSize }) => stepSize ?? []);
  const axes = [
    ...(steps.length > 0 ? [`step ${of(steps)}`] : []),
    `beta0 ${of(sites.map(({ beta0 }) => beta0))}`,
    `gamma ${of(sites.map(({ gamma }) => gamma))}`,
  ];
  return (
    `Plateau: the estimate is ${plateau.llc.toPrecision(4)} within ${percent(tolerance)} and chance for ` +
    `${axes.join(', ')} (${sites.length} places).`
  );
}

function adviceJson(advice: Advice) {
  const { sampler, plateau, recommended, warnings, byBeta, byGamma } = advice;
  return {
    sampler,
    plateau:
      plateau === null
        ? null
        : {
            llc: plateau.llc,
            se: plateau.se,
            places: plateau.sites.map(({ stepSize, beta0, gamma }) => ({
              step_size: stepSize,
              beta0,
              gamma,
            })),
          },
    recommended:
      recommended === null
        ? null
        : {
            step_size: recommended.stepSize,
            beta0: recommended.beta0,
            gamma: recommended.gamma,
            transitions: recommended.transitions,
            llc: recommended.site.llc,
            llc_se: recommended.site.se,
            expected_relative_se: recommended.expectedSe,
            relative_bias_bound: known(recommended.bias),
            relative_error: recommended.within,
          },
    change_by_efold_of_beta: known(byBeta.slope),
    change_by_efold_of_gamma: known(byGamma.slope),
    warnings,
    places: advice.grid.betas.flatMap((_, j) =>
      advice.grid.gammas.flatMap((__, k) =>
        advice.grid.steps.map((___, i) => {
          const site = advice.grid.at(i, j, k);
          return site === null
            ? null
            : {
                step_size: site.stepSize,
                beta0: site.beta0,
                gamma: site.gamma,
                llc: known(site.llc),
                llc_se: known(site.se),
                doubt: site.doubt,
              };
        }),
      ),
    ),
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
