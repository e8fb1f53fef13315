import type {
  Dtype,
  HmcSettings,
  MclmcSettings,
  SamplerName,
  SghmcSettings,
  SgldSettings,
} from '../settings.ts';
import { createHmc } from './hmc.ts';
import { createMclmc } from './mclmc.ts';
import type { Sampler } from './sampler.ts';
import type { SamplerInput } from './sampler-input.ts';
import { createSghmc } from './sghmc.ts';
import { createSgld } from './sgld.ts';

/** The settings of every sampler; each reads its own. */
export type SamplerSettings = SgldSettings & SghmcSettings & HmcSettings & MclmcSettings;

/** Where a sampler is registered: its name in the configuration, what makes it, its number type. */
const SAMPLERS: Record<
  SamplerName,
  {
    create: (input: SamplerInput, settings: SamplerSettings) => Sampler;
    dtype: (settings: SamplerSettings) => Dtype;
  }
> = {
  sgld: { create: createSgld, dtype: (settings) => settings.sgld_dtype },
  sghmc: { create: createSghmc, dtype: (settings) => settings.sghmc_dtype },
  hmc: { create: createHmc, dtype: (settings) => settings.hmc_dtype },
  mclmc: { create: createMclmc, dtype: (settings) => settings.mclmc_dtype },
};

export function createSampler(
  name: SamplerName,
  input: SamplerInput,
  settings: SamplerSettings,
): Sampler {
  return SAMPLERS[name].create(input, settings);
}

/** The number type in which a sampler keeps its positions. */
export function samplerDtype(name: SamplerName, settings: SamplerSettings): Dtype {
  return SAMPLERS[name].dtype(settings);
}
