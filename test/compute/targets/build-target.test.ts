import { describe, expect, it } from 'vitest';
import { buildTarget, lossScale } from '../../../src/compute/targets/build-target.ts';
import { initialParameters } from '../../../src/compute/targets/init.ts';
import { parameterName } from '../../../src/compute/targets/parameter-name.ts';
import { posteriorTerms } from '../../../src/compute/targets/posterior.ts';
import { lossFunction } from '../../../src/compute/targets/reference.ts';
import { hiddenWidths } from '../../../src/compute/targets/widths.ts';
import { SETTINGS } from './settings.ts';

describe('buildTarget', () => {
  it('gives the same bytes for the same settings and others for another seed', () => {
    expect(buildTarget(SETTINGS)).toEqual(buildTarget(SETTINGS));
    const { problem, start } = buildTarget({ ...SETTINGS, seed: 43 });
    expect(problem).not.toEqual(buildTarget(SETTINGS).problem);
    expect(start).not.toEqual(buildTarget(SETTINGS).start);
  });

  it('does not start the student at the weights of the teacher', () => {
    const still = { ...SETTINGS, noise_scale: 1e-12, likelihood: 'raw' as const, bias: false };
    const { problem, start, exact } = buildTarget(still);
    if (problem.kind !== 'mlp') throw new Error('an mlp was asked for');
    const loss = lossFunction(problem);
    const teacher = initialParameters({ ...still, widths: problem.widths }, 'teacher');
    // The teacher's weights explain noise-free data; the student's do not.
    expect(loss.evaluate(teacher, null, null)).toBeLessThan(1e-20);
    expect(loss.evaluate(start, null, null)).toBeGreaterThan(0.01);
    expect(exact).toBe(false);
  });

  it('scales the loss to the negative log-likelihood that the noise defines', () => {
    const two = { ...SETTINGS, out_dim: 2, noise_scale: 0.3 };
    const { problem, start } = buildTarget(two);
    if (problem.kind !== 'mlp') throw new Error('an mlp was asked for');
    const raw = lossFunction({ ...problem, lossScale: 1 }).evaluate(start, null, null);
    // Σ over the two outputs of r²/(2σ²), averaged over rows.
    const nll = lossFunction(problem).evaluate(start, null, null);
    expect(nll).toBeCloseTo((2 * raw) / (2 * 0.09), 10);
    expect(lossScale({ ...two, loss: 't_regression' })).toBe(2);
    expect(lossScale({ ...two, likelihood: 'raw' })).toBe(1);
    expect(() => lossScale({ ...two, noise_scale: 0 })).toThrow('noise_scale must be above 0');
  });

  it('fits the network to the parameters asked for', () => {
    const inferred = { ...SETTINGS, in_dim: 32, widths: null };
    expect(buildTarget(inferred).problem).toMatchObject({ widths: [32, 303, 1] });
    expect(buildTarget(inferred).dim).toBe(10303);
    expect(hiddenWidths({ ...inferred, target_params: null, depth: 3 })).toEqual([300, 300, 300]);
    expect(hiddenWidths({ ...inferred, target_params: 1 })).toEqual([1]);
    for (const depth of [2, 3, 5]) {
      const [width] = hiddenWidths({ ...inferred, depth });
      const count = (h: number) => 33 * h + (depth - 1) * (h + 1) * h + h;
      expect(count(width)).toBeLessThanOrEqual(10000);
      expect(count(width + 1)).toBeGreaterThan(10000);
    }
  });

  it.each([
    [{ target: 'quadratic', quad_spectrum: [1, 2, 0.5] }, 3],
    [{ target: 'quadratic', quad_dim: 7 }, 7],
    [{ target: 'quadratic', target_params: 9 }, 9],
    [{ target: 'quadratic', target_params: null }, 4],
    [{ target: 'dln', dln_widths: [3, 4, 2], dln_rank: 2 }, 20],
    [{ target: 'dln', dln_widths: [2, 2, 2, 2] }, 12],
    [{ target: 'crossing', crossing_powers: [1, 2] }, 2],
    [{ target: 'power', power_exponents: [1, 2, 3] }, 3],
    [{ target: 'tanh', tanh_hidden: 2 }, 4],
  ] as const)('starts the analytic target %j exactly at its minimum', (changes, dim) => {
    const target = buildTarget({ ...SETTINGS, ...changes });
    expect(target).toMatchObject({ dim, exact: true });
    const loss = lossFunction(target.problem);
    const gradient = new Float64Array(dim).fill(1);
    expect(loss.dim).toBe(dim);
    expect(loss.evaluate(target.start, gradient, null)).toBe(0);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });

  it('puts every layer of a deep linear network at I ⊕ 0', () => {
    const { problem, start } = buildTarget({
      ...SETTINGS,
      target: 'dln',
      dln_widths: [3, 2, 2],
      dln_rank: 1,
    });
    expect([...start]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(problem).toMatchObject({ target: Float64Array.of(1, 0, 0, 0, 0, 0) });
  });

  it.each([
    [{ target: 'dln' }, 'target dln needs dln_widths'],
    [{ target: 'dln', dln_widths: [3, 2, 3], dln_rank: 3 }, 'dln_rank 3 exceeds'],
    [{ target: 'crossing' }, 'target crossing needs crossing_powers'],
    [{ target: 'power' }, 'target power needs power_exponents'],
    [{ target: 'tanh' }, 'target tanh needs tanh_hidden'],
    [{ target: 'quadratic', quad_dim: 2, quad_spectrum: [1] }, 'quad_dim 2 contradicts'],
    [{ noise_scale: 0 }, 'noise_scale must be above 0'],
  ] as const)('refuses %j', (changes, message) => {
    expect(() => buildTarget({ ...SETTINGS, ...changes })).toThrow(message);
  });
});

describe('parameterName', () => {
  it('names every parameter once, layer after layer', () => {
    const { problem, dim } = buildTarget({ ...SETTINGS, in_dim: 2, widths: [3], out_dim: 2 });
    const names = Array.from({ length: dim }, (_, i) => parameterName(problem, i));
    expect(names.slice(0, 10)).toEqual([
      'W1[0,0]',
      'W1[0,1]',
      'W1[1,0]',
      'W1[1,1]',
      'W1[2,0]',
      'W1[2,1]',
      'b1[0]',
      'b1[1]',
      'b1[2]',
      'W2[0,0]',
    ]);
    expect(names.at(-1)).toBe('b2[1]');
    expect(new Set(names).size).toBe(dim);
    expect(() => parameterName(problem, dim)).toThrow(`no parameter ${dim}`);
    const tanh = buildTarget({ ...SETTINGS, target: 'tanh', tanh_hidden: 2 }).problem;
    expect([0, 3].map((i) => parameterName(tanh, i))).toEqual(['a[0]', 'b[1]']);
  });
});

describe('posteriorTerms', () => {
  const settings = {
    beta_mode: '1_over_log_n' as const,
    beta0: 1,
    gamma: 2,
    prior_radius: null,
    n_data: 1000,
  };

  it('takes β as beta0/ln n or as it is, and γ as given or as d/r²', () => {
    expect(posteriorTerms(settings, 10).nbeta).toBeCloseTo(1000 / Math.log(1000), 10);
    expect(posteriorTerms({ ...settings, beta_mode: 'fixed', beta0: 3 }, 10)).toEqual({
      n: 1000,
      beta: 3,
      nbeta: 3000,
      gamma: 2,
    });
    expect(posteriorTerms({ ...settings, gamma: null, prior_radius: 5 }, 100).gamma).toBe(4);
    expect(posteriorTerms({ ...settings, gamma: null }, 100).gamma).toBe(1);
  });

  it('refuses a temperature that is not finite', () => {
    expect(() => posteriorTerms({ ...settings, n_data: 1 }, 10)).toThrow('n_data of at least 2');
  });
});
