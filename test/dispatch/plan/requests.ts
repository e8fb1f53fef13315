import {
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  type RunOptions,
} from '../../../src/dispatch/config/run-options.ts';
import type { PlanRequest } from '../../../src/dispatch/plan/plan.ts';
import { makePlan, type Plan } from '../../../src/dispatch/plan/plan.ts';

const builtIn = {
  ...Object.fromEntries(RUN_OPTION_NAMES.map((name) => [name, RUN_OPTIONS[name].default])),
  timeoutGiven: false,
} as unknown as RunOptions;

/** A request for a sweep of the built-in defaults, but for what is given. */
export function request(
  given: Partial<Omit<PlanRequest, 'options'>> & { options?: Partial<RunOptions> } = {},
): PlanRequest {
  return {
    command: 'sweep',
    sweepId: '1123-1431-quick',
    fields: {},
    preset: null,
    study: null,
    problemGrid: null,
    samplerGrid: null,
    codeVersion: 'abc',
    ...given,
    options: { ...builtIn, ...given.options },
  };
}

export function planOf(given: Parameters<typeof request>[0] = {}): Plan {
  const made = makePlan(request(given));
  if (!made.ok) throw new Error(JSON.stringify(made.issues));
  return made.plan;
}

export function issuesOf(given: Parameters<typeof request>[0] = {}) {
  const made = makePlan(request(given));
  return made.ok ? [] : made.issues;
}
