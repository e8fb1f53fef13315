import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeVersion } from '../dispatch/artifacts/code-version.ts';
import { storeDirOf } from '../dispatch/artifacts/layout.ts';
import type { StepSearch } from '../dispatch/calibration/calibration-file.ts';
import { lengths, stepField } from '../dispatch/calibration/map-plan.ts';
import { nextProbe, type Tried, whyTooLarge } from '../dispatch/calibration/step-search.ts';
import type { Config } from '../dispatch/config/schema.ts';
import { LlcError } from '../dispatch/errors.ts';
import { JobFailure } from '../dispatch/work/job-failure.ts';
import { probeStep } from '../dispatch/work/probe-step.ts';
import type { Rim } from './rim.ts';

/**
 * Looks for the step of one sampler, in this process and on this machine: probe after probe, each as long as a
 * job of the map.
 *
 * @param cores that a probe may use
 * @throws LlcError 1 where no step is small enough
 */
export async function searchStep(config: Config, cores: number, rim: Rim): Promise<StepSearch> {
  const { sampler } = config;
  const field = stepField(sampler);
  if (field === null) throw new Error(`${sampler} has no step to look for`);
  const tried: Tried[] = [];
  for (;;) {
    const next = nextProbe(tried);
    if (next.kind === 'none') {
      throw new LlcError(
        1,
        `No step size for ${sampler}: ${next.why}.`,
        `Give one by --${field.replaceAll('_', '-')}, or hold chains closer to w0 by a larger --gamma.`,
      );
    }
    if (next.kind === 'found') {
      const { stepSize } = next.best.probe;
      const { moving } = next.best.probe;
      rim.note(
        `${sampler}: step ${stepSize.toPrecision(3)} after ${tried.length} probes` +
          (moving ? '; chains had not arrived: raise the warm-up, or gamma' : ''),
      );
      return { sampler, stepSize, tried };
    }
    const asked: Config = {
      ...config,
      ...lengths(config, next.longer),
      [field]: next.stepSize ?? 'auto',
    };
    const probe = await probeStep(asked, {
      storeDir: storeDirOf(rim.cwd),
      codeVersion: codeVersion(),
      cores: Math.min(cores, availableParallelism()),
      threadEntry: pathToFileURL(join(rim.distDir, 'worker.js')),
      signal: rim.signal,
      log: (line) => rim.note(line),
    }).catch((error: unknown) => {
      if (error instanceof JobFailure) throw new LlcError(78, error.message, '', { cause: error });
      throw error;
    });
    tried.push({ longer: next.longer, probe });
    rim.note(`${sampler}: ${probeText({ longer: next.longer, probe })}`);
  }
}

/** `step 2.7e-4: virial 1.0201 ±.0081, acceptance 0.998: well`. */
function probeText({ longer, probe }: Tried): string {
  const { stepSize, virial, virialSe, heat, acceptance, moving } = probe;
  const large = whyTooLarge(probe);
  const heated = Number.isFinite(heat) ? ` (${(1 + heat).toFixed(4)} by its gradients)` : '';
  const judged = large ?? (moving ? 'chains still move' : 'well');
  return (
    `step ${stepSize.toPrecision(3)}${longer > 1 ? `, ${longer} times as long` : ''}: ` +
    `virial ${virial.toFixed(4)} +- ${virialSe.toPrecision(2)}${heated}, acceptance ${acceptance.toFixed(3)}: ` +
    `${large === null ? judged : `too large, ${judged}`}`
  );
}
