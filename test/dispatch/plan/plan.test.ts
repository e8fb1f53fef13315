import { describe, expect, test } from 'vitest';
import { checkStudy } from '../../../src/dispatch/config/study.ts';
import { describePlan, planJson } from '../../../src/dispatch/plan/describe.ts';
import { sweepId } from '../../../src/dispatch/plan/sweep-id.ts';
import { issuesOf, planOf } from './requests.ts';

const idsOf = (given: Parameters<typeof planOf>[0]) => planOf(given).jobs.map(({ jobId }) => jobId);

function study(raw: unknown) {
  const checked = checkStudy(raw, 's.yaml');
  if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
  return checked.study;
}

describe('without a matrix', () => {
  test('the four samplers run on the preset’s problem with two seeds', () => {
    expect(idsOf({ preset: { name: 'quick' } })).toEqual([
      ...['mlp-sgld-42', 'mlp-sgld-43', 'mlp-sghmc-42', 'mlp-sghmc-43'],
      ...['mlp-hmc-42', 'mlp-hmc-43', 'mlp-mclmc-42', 'mlp-mclmc-43'],
    ]);
  });

  test('a sampler, a seed and a number of seeds are obeyed', () => {
    const fields = { sampler: 'hmc', seed: 7 };
    expect(idsOf({ fields, options: { nSeeds: 3 } })).toEqual([
      'mlp-hmc-7',
      'mlp-hmc-8',
      'mlp-hmc-9',
    ]);
  });

  test('each job’s configuration is complete and has its own sampler and seed', () => {
    for (const { config, sampler, seed } of planOf().jobs) {
      expect(config).toMatchObject({ sampler, seed, target: 'mlp', chains: 4 });
    }
  });

  test('a run is one job and needs a sampler', () => {
    const preset = { name: 'quick' } as const;
    expect(idsOf({ command: 'run', preset, fields: { sampler: 'hmc' } })).toEqual(['mlp-hmc-42']);
    expect(issuesOf({ command: 'run', preset })).toMatchObject([{ path: '--sampler' }]);
  });
});

describe('several samplers in one place', () => {
  test.each<[string, Parameters<typeof planOf>[0]]>([
    [
      'of a study, as the original has it',
      { study: study({ base: { samplers: ['hmc', 'sgld'] } }) },
    ],
    ['of a flag', { fields: { sampler: 'hmc,sgld' } }],
    [
      'of a flag over a study',
      {
        fields: { sampler: 'hmc,sgld' },
        study: study({ base: { samplers: ['mclmc'] } }),
      },
    ],
    [
      'of a flag, among the entries of a study',
      {
        fields: { sampler: 'hmc,sgld' },
        study: study({ samplers: ['sgld', 'hmc', 'mclmc'] }),
      },
    ],
  ])('make jobs of their own: %s', (_, given) => {
    const { jobs } = planOf({ ...given, options: { nSeeds: 1 } });
    expect(jobs.map(({ sampler, config }) => [sampler, config.sampler]).sort()).toEqual([
      ['hmc', 'hmc'],
      ['sgld', 'sgld'],
    ]);
  });

  test('are refused where they are not all known, repeated, or meant for one job', () => {
    expect(issuesOf({ fields: { sampler: 'hmc,nuts' } })).toMatchObject([{ path: 'sampler' }]);
    expect(issuesOf({ fields: { sampler: 'hmc,hmc' } })).toMatchObject([{ path: 'sampler' }]);
    const one = { command: 'run', fields: { sampler: 'hmc,sgld' } } as const;
    expect(issuesOf(one)).toMatchObject([{ path: '--sampler', got: '2 jobs' }]);
  });
});

describe('a run', () => {
  const fields = { sampler: 'hmc' };
  test('takes the one seed of a study', () => {
    expect(idsOf({ command: 'run', fields, study: study({ seeds: [7] }) })).toEqual(['mlp-hmc-7']);
  });
  test('refuses several seeds, and says who asks for them', () => {
    const seeds = study({ seeds: [7, 8] });
    expect(issuesOf({ command: 'run', fields, study: seeds })).toMatchObject([{ path: 's.yaml' }]);
    const options = { nSeeds: 3 };
    expect(issuesOf({ command: 'run', fields, options })).toMatchObject([{ path: '--n-seeds' }]);
  });
});

test('flags without effect on any job are noted, those for paths and display are not', () => {
  const fields = { sampler: 'hmc', quad_dim: 3, sgld_steps: 9000, runs_dir: 'r', depth: 2 };
  expect(planOf({ fields }).notes).toEqual([
    '--quad-dim, --sgld-steps: without effect for this target and these samplers',
  ]);
  expect(planOf({ fields: { sgld_steps: 9000 } }).notes).toEqual([]);
});

describe('a study', () => {
  test('may say how many seeds there are', () => {
    const given = { study: study({ base: { seed: 3, samplers: ['hmc'] }, seeds: 3 }) };
    expect(idsOf(given)).toEqual(['mlp-hmc-3', 'mlp-hmc-4', 'mlp-hmc-5']);
    expect(idsOf({ ...given, options: { nSeeds: 1 } })).toEqual(['mlp-hmc-3']);
  });

  const raw = {
    base: { n_data: 300, sgld_warmup: 500 },
    problems: [
      { name: 'small', overrides: { depth: 1, hidden: 10 } },
      { name: 'deep', overrides: { depth: 3 } },
    ],
    samplers: [{ name: 'hmc', overrides: { n_data: 400 } }, { name: 'sgld' }],
    seeds: [5, 9],
  };

  test('is problems by samplers by seeds', () => {
    expect(idsOf({ study: study(raw) })).toEqual([
      ...['small-hmc-5', 'small-hmc-9', 'small-sgld-5', 'small-sgld-9'],
      ...['deep-hmc-5', 'deep-hmc-9', 'deep-sgld-5', 'deep-sgld-9'],
    ]);
  });

  test('lies over the preset; its samplers over its problems over its base; flags over all', () => {
    const preset = { name: 'quick' } as const;
    const plan = planOf({ preset, study: study(raw), fields: { depth: 2 } });
    const configs = new Map(plan.jobs.map(({ jobId, config }) => [jobId, config]));
    expect(configs.get('deep-hmc-5')).toMatchObject({ n_data: 400, depth: 2, prior_radius: 10 });
    expect(configs.get('deep-sgld-5')).toMatchObject({ n_data: 300, sgld_warmup: 500 });
    expect(configs.get('small-sgld-9')).toMatchObject({ hidden: 10, target_params: null });
  });

  test('gives way to flags that speak of seeds or of a sampler', () => {
    const given = { study: study(raw), fields: { seed: 1, sampler: 'sgld' } };
    expect(idsOf(given)).toEqual(['small-sgld-1', 'small-sgld-2', 'deep-sgld-1', 'deep-sgld-2']);
    expect(issuesOf({ study: study(raw), fields: { sampler: 'mclmc' } })).toMatchObject([
      { path: '--sampler' },
    ]);
  });

  test('may run one sampler twice under other names', () => {
    const samplers = [
      { name: 'short', overrides: { sampler: 'hmc', hmc_draws: 100 } },
      { name: 'long', overrides: { sampler: 'hmc', hmc_draws: 200 } },
    ];
    const { jobs } = planOf({ study: study({ samplers, seeds: [1] }) });
    expect(jobs.map(({ jobId, sampler }) => [jobId, sampler])).toEqual([
      ['mlp-short-1', 'hmc'],
      ['mlp-long-1', 'hmc'],
    ]);
    expect(jobs[0].runId).not.toBe(jobs[1].runId);
  });

  test('tells its faults with their places, and those of jobs with the job', () => {
    const faulty = {
      base: { chain: 3 },
      problems: [
        { name: 'a', overrides: { depth: 'two' } },
        { name: 'b', overrides: { n_data: 9 } },
      ],
      samplers: [{ name: 'sgld' }, { name: 'nuts' }],
    };
    expect(issuesOf({ study: study(faulty) }).map(({ path }) => path)).toEqual([
      's.yaml.base.chain',
      's.yaml.problems[0].overrides.depth',
      's.yaml.samplers[1].overrides',
      'b-sgld.sgld_batch_size',
    ]);
  });
});

test('a preset file is fields that lie below all others', () => {
  const preset = { name: null, at: 'p.yaml', raw: { chains: 2, samplers: ['hmc'], n_data: 300 } };
  const plan = planOf({ preset, fields: { n_data: 400 } });
  expect(plan.jobs[0].config).toMatchObject({ chains: 2, sampler: 'hmc', n_data: 400 });
});

test('jobs that compute the same are noted', () => {
  const problems = [{ name: 'a' }, { name: 'b' }];
  const plan = planOf({ study: study({ problems, samplers: ['hmc'], seeds: [1] }) });
  expect(plan.notes).toEqual(['b-hmc-1 computes the same as a-hmc-1']);
});

test('two jobs of one name are refused', () => {
  const problems = [{ name: 'a' }, { name: 'a-hmc' }];
  const samplers = ['hmc', { name: 'hmc-hmc', overrides: { sampler: 'hmc' } }];
  expect(issuesOf({ study: study({ problems, samplers, seeds: [1] }) })).toMatchObject([
    { got: 'two jobs a-hmc-hmc-1' },
  ]);
});

test('more jobs than anybody wants are refused at once', () => {
  const seeds = Array.from({ length: 10_000 }, (_, i) => i);
  expect(issuesOf({ study: study({ seeds }) })).toMatchObject([{ got: '40000 jobs' }]);
});

test('what tables say of a job is known before it runs', () => {
  const { planned } = planOf({ fields: { sampler: 'hmc' }, options: { nSeeds: 1 } });
  expect(planned).toMatchObject([
    { jobId: 'mlp-hmc-42', targetParams: 10_303, depth: 1, activation: 'relu' },
  ]);
  const fields = { sampler: 'hmc', target: 'dln', dln_widths: [4, 3, 2] };
  expect(planOf({ fields }).planned[0]).toMatchObject({
    problem: 'dln',
    targetParams: 18,
    depth: 0,
  });
});

test('GPU types are asked for only where a GPU is', () => {
  expect(planOf().resources).toMatchObject({ gpuMode: 'off', gpuTypes: [], cpus: 4, memoryGb: 16 });
  const { resources, jobs } = planOf({ options: { gpuMode: 'vectorized', gpuTypes: ['T4'] } });
  expect(resources.gpuTypes).toEqual(['T4']);
  expect(jobs[0].runId).not.toBe(planOf().jobs[0].runId);
});

test('the description names every job, what is cached, and the totals', () => {
  const plan = planOf({ fields: { sampler: 'hmc' } });
  const cached = plan.jobs[1].runId;
  const text = describePlan(plan, (runId) => runId === cached).join('\n');
  for (const { jobId, runId } of plan.jobs) expect(text).toMatch(new RegExp(`${jobId} +${runId}`));
  expect(text).toMatch(new RegExp(`${cached}.*cached`));
  expect(text).toContain('2 jobs in 2 families, 1 cached, 1 to compute');
  const json = JSON.parse(JSON.stringify(planJson(plan, (runId) => runId === cached)));
  expect(json).toMatchObject({ sweep: '1123-1431-quick', cached: 1, jobs: [{}, { cached: true }] });
});

test('a sweep is named by the minute and by what it is of', () => {
  const now = new Date(2026, 10, 23, 14, 31);
  expect(sweepId(now, 'quick')).toBe('1123-1431-quick');
  expect(sweepId(now, 'some/where/my study.yaml')).toBe('1123-1431-my_study');
  expect(sweepId(now, null)).toBe('1123-1431');
  const taken = new Set(['1123-1431-quick', '1123-1431-quick-2']);
  expect(sweepId(now, 'quick', (id) => taken.has(id))).toBe('1123-1431-quick-3');
});
