import { describe, expect, test } from 'vitest';
import {
  type EstimateInput,
  type Summary,
  summarise,
} from '../../../src/compute/estimator/summary.ts';
import {
  divergedText,
  judge,
  type Verdict,
  type VerdictContext,
} from '../../../src/compute/estimator/verdict.ts';
import { type GaussianPosterior, gaussianPosterior } from './gaussian-posterior.ts';

const PLAIN: VerdictContext = { scheme: null };
const NBETA = 1000 / Math.log(1000);

function summaryOf(input: EstimateInput): Summary {
  const summary = summarise(input);
  if (summary.kind !== 'estimate') throw new Error('all chains diverged');
  return summary;
}

function verdictOf(input: EstimateInput, context = PLAIN): Verdict {
  return judge(summaryOf(input), context);
}

function codes(verdict: Verdict): string[] {
  return verdict.findings.filter(({ severity }) => severity === 'doubtful').map(({ code }) => code);
}

/** As much as is needed for ±2 % of five. */
const TEN: GaussianPosterior = {
  spectrum: Array(10).fill(1),
  nbeta: NBETA,
  gamma: 1,
  draws: 1000,
};

/** Ten directions that the loss bends among three hundred that only the localisation holds. */
const FLAT: GaussianPosterior = {
  ...TEN,
  spectrum: [...Array(10).fill(1), ...Array(290).fill(0)],
  gamma: 0.5,
  draws: 400,
};

describe('chains that sample their posterior', () => {
  test.each([
    ['a regular one', TEN],
    ['one with many flat directions', FLAT],
    ['one with correlated draws', { ...TEN, rho: 0.5 }],
  ])('of %s have converged', (_, options) => {
    const verdict = verdictOf(gaussianPosterior(options));
    expect(verdict.findings).toEqual([]);
    expect(verdict).toMatchObject({ code: 'converged', severity: 'ok' });
    expect(verdict.text).toMatch(
      /4 chains agree \(R-hat 1\.00\d\), \d+ effective draws, standard error/,
    );
  });

  test('have converged for nearly every seed', () => {
    const verdicts = Array.from({ length: 40 }, (_, seed) =>
      verdictOf(gaussianPosterior({ ...TEN, draws: 500, rho: 0.3, seed })),
    );
    expect(verdicts.filter(({ code }) => code !== 'converged').length).toBeLessThanOrEqual(2);
  });

  test('have converged with a few hundred effective draws, and the note says how many more are wanted', () => {
    const verdict = verdictOf(gaussianPosterior({ ...TEN, draws: 60 }));
    expect(verdict).toMatchObject({ code: 'converged', severity: 'ok' });
    const note = verdict.findings.find(({ code }) => code === 'few_draws');
    expect(note?.severity).toBe('note');
    expect(note?.text).toMatch(/raise hmc_draws \d\.\d-fold/);
  });
});

describe('an estimate whose exact value is known', () => {
  const dim = 400;
  const wide = { ...TEN, spectrum: Array(dim).fill(1), draws: 2000 };
  const exact = ((dim / 2) * NBETA) / (NBETA + 1);
  const of = (heat: number, sampler: 'sgld' | 'mclmc' | 'hmc') =>
    verdictOf({ ...gaussianPosterior({ ...wide, heat: () => heat }), sampler, exact });

  test.each([
    [
      'sgld',
      1.015,
      /^λ̂ is 1\.\d % above the exact value 198\.63, \d\d standard errors: bias of the step size.* sgld_step_size/,
    ],
    [
      'mclmc',
      0.985,
      /^λ̂ is 1\.\d % below the exact value 198\.63, \d\d standard errors: bias of the step size.* mclmc_adjusted/,
    ],
  ] as const)(
    'stays converged where %s is off by its step, and the verdict says by how much',
    (sampler, heat, text) => {
      const verdict = of(heat, sampler);
      expect(verdict).toMatchObject({ code: 'converged', severity: 'ok' });
      const [first] = verdict.findings;
      expect(first).toMatchObject({ code: 'off_exact', severity: 'note' });
      expect(first?.text).toMatch(text);
      expect(verdict.text).toMatch(/^4 chains agree/);
      expect(verdict.text).toContain(first?.text);
    },
  );

  test('is no bias of the step where moves are accepted or rejected', () => {
    const [first] = of(1.015, 'hmc').findings;
    expect(first).toMatchObject({ code: 'off_exact', severity: 'note' });
    expect(first?.text).toMatch(
      /standard errors: more than the error bar holds\. Raise hmc_warmup/,
    );
  });

  test('is not mentioned within 4 standard errors, nor beside what is doubtful already', () => {
    expect(of(1, 'sgld').findings).toEqual([]);
    const doubtful = of(1.1, 'sgld');
    expect(codes(doubtful)).toEqual(['step_too_large']);
    expect(doubtful.findings.map(({ code }) => code)).not.toContain('off_exact');
  });
});

test('around a point beside the minimum, w0 is no minimum', () => {
  const center = Array(10).fill(0.2);
  const verdict = verdictOf(gaussianPosterior({ ...TEN, center }));
  expect(verdict).toMatchObject({ code: 'w0_not_minimum', severity: 'doubtful' });
  expect(verdict.text).toContain('‖∇L(w0)‖ = 0.63');
  expect(verdict.text).toContain('erm_max_steps');
});

describe('training that did not get there', () => {
  const input = gaussianPosterior(TEN);

  test('makes the estimate doubtful where the slope left could show', () => {
    const verdict = verdictOf({ ...input, trained: false, baselineGradientNorm: 0.01 });
    expect(codes(verdict)).toEqual(['w0_not_minimum']);
    // (nβ‖∇L‖)²/(2γ) = (144.8 · 0.01)²/2.
    expect(verdict.text).toContain('up to about 1');
  });

  test('does not where it could not', () => {
    const verdict = verdictOf({ ...input, trained: false, baselineGradientNorm: 1e-4 });
    expect(codes(verdict)).toEqual([]);
  });
});

describe('chains that were started too near to w0', () => {
  const spreading = { ...FLAT, heat: (share: number) => 0.3 + 0.4 * share };

  test.each(['hmc', 'sgld', 'sghmc', 'mclmc'] as const)(
    'still move away from it: not burnt in (%s)',
    (sampler) => {
      const verdict = verdictOf({ ...gaussianPosterior(spreading), sampler });
      expect(verdict).toMatchObject({ code: 'not_burnt_in', severity: 'doubtful' });
      expect(verdict.text).toContain('chains still move away from w0');
      expect(verdict.text).toContain(
        {
          hmc: 'hmc_warmup',
          sgld: 'sgld_warmup',
          sghmc: 'sghmc_warmup',
          mclmc: 'mclmc_tune_steps',
        }[sampler],
      );
    },
  );

  test('are found out by a virial that is off by little, when most directions are flat', () => {
    const heat = () => 0.99;
    const thousand = { ...FLAT, spectrum: [...Array(10).fill(1), ...Array(1990).fill(0)], heat };
    const verdict = verdictOf(gaussianPosterior({ ...thousand, draws: 500 }));
    expect(codes(verdict)).toEqual(['not_burnt_in']);
    // The same deviation says little where every direction counts.
    expect(codes(verdictOf(gaussianPosterior({ ...TEN, draws: 8000, heat })))).toEqual([]);
  });

  test('delocalise where no localisation holds them', () => {
    const input = gaussianPosterior({ ...TEN, gamma: 0 });
    const meters = {
      squaredDistance: input.losses.map((chain) => chain.map((loss, t) => 10 * loss + 0.01 * t)),
      virialLoss: input.losses.map((chain) => chain.map((loss) => 2 * loss)),
      gradientNorm: null,
    };
    const verdict = verdictOf({ ...input, meters });
    expect(verdict.code).toBe('delocalising');
    expect(verdict.text).toContain('prior_radius');
  });
});

test('losses that still fall are not burnt in', () => {
  const input = gaussianPosterior(TEN);
  const losses = input.losses.map((chain) =>
    chain.map((loss, t) => loss + 0.02 * Math.exp(-t / 200)),
  );
  const verdict = verdictOf({ ...input, losses });
  expect(codes(verdict)).toContain('not_burnt_in');
  expect(verdict.text).toMatch(/halves of the chains differ by -\d/);
});

describe('chains that are too hot', () => {
  const hot = gaussianPosterior({ ...TEN, heat: () => 1.2 });

  test.each([
    [
      'sgld',
      'leimkuhler_matthews',
      /sgld_step_size to half of the 0\.012 in use, or raise sgld_batch_size/,
    ],
    ['sghmc', 'baoab', /sghmc_step_size/],
    ['sghmc', 'blackjax', /Set sghmc_scheme to baoab/],
    ['mclmc', null, /mclmc_desired_energy_var/],
  ] as const)('take too large a step (%s, %s)', (sampler, scheme, cure) => {
    const stats = { step_size: hot.losses.map((chain) => chain.map(() => 0.0123)) };
    const verdict = verdictOf({ ...hot, sampler, scheme, stats }, { scheme });
    expect(codes(verdict)).toEqual(['step_too_large']);
    expect(verdict.text).toMatch(cure);
    expect(verdict.text).toContain('+');
  });

  test('were not burnt in where Metropolis leaves no bias', () => {
    const stats = { acceptance_rate: hot.losses.map((chain) => chain.map(() => 0.9)) };
    expect(codes(verdictOf({ ...hot, stats }))).toEqual(['not_burnt_in']);
  });

  test('are told apart by the gradients of the Euler scheme', () => {
    const stepSize = 0.01;
    const stats = { step_size: hot.losses.map((chain) => chain.map(() => stepSize)) };
    const withNorm = (norm: number) => ({
      ...hot,
      sampler: 'sgld' as const,
      scheme: 'euler',
      stats,
      meters: hot.meters && {
        ...hot.meters,
        gradientNorm: hot.losses.map((chain) => chain.map(() => norm)),
      },
    });
    // ε‖g‖²/(4d) = 0.2: the step explains all of it; 0.01: it explains next to nothing.
    expect(codes(verdictOf(withNorm((0.2 * 40) / stepSize), { scheme: 'euler' }))).toEqual([
      'step_too_large',
    ]);
    expect(codes(verdictOf(withNorm((0.01 * 40) / stepSize), { scheme: 'euler' }))).toEqual([
      'not_burnt_in',
    ]);
  });

  test('by less than is doubtful get a note when it is more than the error bar', () => {
    const input = gaussianPosterior({ ...TEN, draws: 20_000, heat: () => 0.98 });
    const verdict = verdictOf({ ...input, sampler: 'mclmc' });
    expect(verdict.code).toBe('converged');
    expect(verdict.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['step_too_large', 'note'],
    ]);
  });
});

test('settled chains of MCLMC err alike in all directions, and flat ones make it no worse', () => {
  const cold = gaussianPosterior({ ...FLAT, draws: 1000, heat: () => 0.98 });
  const verdict = verdictOf({ ...cold, sampler: 'mclmc' });
  expect(codes(verdict)).toEqual([]);
  expect(verdict.findings[0].text).toContain('up to −2');
  expect(codes(verdictOf({ ...cold, sampler: 'sgld' }))).toEqual(['not_burnt_in']);
});

test('slow distances alone are no doubt until chains differ by more than they spread', () => {
  const input = gaussianPosterior(TEN);
  const shifted = (by: number) => ({
    ...input,
    meters: input.meters && {
      ...input.meters,
      squaredDistance: input.meters.squaredDistance.map((chain, c) =>
        chain.map((square, t) => square + by * (c % 2) * (t % 2 === 0 ? 1 : 0.9)),
      ),
    },
  });
  expect(summaryOf(shifted(0.03)).distanceRhat).toBeLessThan(1.5);
  expect(codes(verdictOf(shifted(0.03)))).toEqual([]);
  const apart = verdictOf(shifted(0.2));
  expect(codes(apart)).toEqual(['not_burnt_in']);
  expect(apart.text).not.toContain('away');
  expect(apart.text).toMatch(/distances to w0 have not settled, R-hat \d/);
});

describe('chains that disagree', () => {
  test('are named, whatever the error bar', () => {
    const input = gaussianPosterior({ ...TEN, heat: (_, chain) => (chain === 0 ? 1.6 : 0.8) });
    expect(codes(verdictOf(input))).toContain('chains_disagree');
  });
});

describe('too few draws', () => {
  test('name the field and the factor for ±2 %', () => {
    const summary = summaryOf(gaussianPosterior({ ...TEN, spectrum: [1, 1], draws: 50 }));
    const verdict = judge(summary, PLAIN);
    expect(codes(verdict)).toEqual(['few_draws']);
    const factor = (summary.se / (0.02 * summary.llc)) ** 2;
    const named = Number(/raise hmc_draws ([\d.]+)-fold for ±2 %/i.exec(verdict.text)?.[1]);
    expect(named).toBeGreaterThanOrEqual(factor);
    expect(verdict.text).not.toContain('100 effective');
    expect(named).toBeLessThanOrEqual(factor + 1);
  });

  test('are doubtful below a hundred effective ones however small the error', () => {
    const verdict = verdictOf(
      gaussianPosterior({ ...FLAT, spectrum: Array(300).fill(1), draws: 15 }),
    );
    expect(codes(verdict)).toContain('few_draws');
    const { text } = verdict.findings.find(({ code }) => code === 'few_draws') ?? { text: '' };
    expect(text).toMatch(/fold for 100 effective draws\.$/);
  });

  test('leave the estimate doubtful while the virial is known too badly to judge by', () => {
    const verdict = verdictOf(
      gaussianPosterior({
        ...FLAT,
        spectrum: [...Array(10).fill(1), ...Array(4000).fill(0)],
        draws: 40,
      }),
    );
    expect(codes(verdict)).toEqual(['few_draws']);
    expect(verdict.text).toContain('whether the chains have arrived');
  });
});

describe('what cannot be computed is never called converged', () => {
  test.each([
    ['one chain', { ...TEN, chains: 1 }, 'raise chains'],
    ['three draws', { ...TEN, draws: 3 }, 'hmc_draws'],
    ['five draws', { ...TEN, draws: 5 }, 'hmc_draws'],
    ['no draw', { ...TEN, draws: 0 }, 'hmc_draws'],
  ])('%s', (_, options, cure) => {
    const verdict = verdictOf(gaussianPosterior(options));
    expect(verdict.severity).toBe('doubtful');
    expect(codes(verdict)).toContain('unverified');
    expect(
      verdict.findings.find(({ code }) => code === 'unverified')?.text.toLowerCase(),
    ).toContain(cure);
  });

  test('chains without meters', () => {
    const verdict = verdictOf({ ...gaussianPosterior(TEN), meters: null });
    expect(codes(verdict)).toEqual(['unverified']);
    expect(verdict.text).toContain('virial');
  });

  test('chains that do not move', () => {
    const input = gaussianPosterior(TEN);
    const still = (value: number) => input.losses.map(() => new Float64Array(1000).fill(value));
    const meters = { squaredDistance: still(1), virialLoss: still(1), gradientNorm: null };
    const verdict = verdictOf({ ...input, losses: still(0.03), meters });
    expect(codes(verdict)).toContain('unverified');
    expect(verdict.text).toContain('trace');
  });
});

test('a chain that diverged comes first', () => {
  const input = gaussianPosterior(TEN);
  const losses = input.losses.map((chain, c) => (c === 1 ? chain.with(9, Number.NaN) : chain));
  const verdict = verdictOf({ ...input, losses });
  expect(verdict).toMatchObject({ code: 'diverged', severity: 'doubtful' });
  expect(verdict.text).toContain('1 of 4 chains diverged');
});

test('a job whose chains all diverged is told what to change', () => {
  const text = divergedText(
    { kind: 'all_diverged', chains: 4, firstBad: [3, 2, 5, 2] },
    'sgld',
    0.01,
  );
  expect(text).toContain('All 4 chains diverged');
  expect(text).toContain('from recorded draw 3 on');
  expect(text).toContain('Set sgld_step_size to half of the 0.010 in use');
});

test('a temperature other than 1 is another posterior', () => {
  const input = { ...gaussianPosterior(TEN), sampler: 'sghmc' as const };
  expect(verdictOf(input, { scheme: 'baoab', temperature: 2 }).code).toBe('tempered');
  expect(verdictOf(input, { scheme: 'baoab', temperature: 1 }).code).toBe('converged');
  const hmc = { ...input, sampler: 'hmc' as const };
  expect(verdictOf(hmc, { scheme: null, temperature: 2 }).code).toBe('converged');
});

test('divergent transitions are noted, and doubtful above one in twenty', () => {
  const input = gaussianPosterior(TEN);
  const withShare = (share: number) => ({
    ...input,
    stats: {
      diverging: input.losses.map((chain) => chain.map((_, t) => Number(t < share * 1000))),
    },
  });
  expect(verdictOf(withShare(0.01)).code).toBe('converged');
  expect(verdictOf(withShare(0.01)).findings[0].code).toBe('divergent_transitions');
  expect(verdictOf(withShare(0.06)).code).toBe('divergent_transitions');
});

test('energies that move slowly are noted', () => {
  const input = gaussianPosterior(TEN);
  const energy = input.losses.map((chain) => chain.map((_, t) => Math.sin(t / 100)));
  const verdict = verdictOf({ ...input, stats: { energy } });
  expect(verdict.code).toBe('converged');
  expect(verdict.findings.map(({ code }) => code)).toEqual(['slow_energy']);
});
