import type { Plan } from './plan.ts';

/** A plan as `--dry-run` prints it, without its notes: those are told of every plan. */
export function describePlan(plan: Plan, isCached: (runId: string) => boolean): readonly string[] {
  const { jobs, planned, resources, sweepId, backend } = plan;
  const rows = planned.map(({ jobId, runId, targetParams }) => [
    jobId,
    runId,
    targetParams === null ? '' : `d ${targetParams}`,
    isCached(runId) ? 'cached' : '',
  ]);
  const table = aligned([['job', 'run', 'size', ''], ...rows]);
  const cached = planned.filter(({ runId }) => isCached(runId)).length;
  const families = new Set(planned.map(({ familyId }) => familyId)).size;
  const { cpus, memoryGb, timeoutMin, gpuMode, gpuTypes } = resources;
  const types = gpuTypes.length === 0 ? '' : ` (${gpuTypes.join(', ')})`;
  const gpu = gpuMode === 'off' ? '' : `, GPU ${gpuMode}${types}`;
  return [
    `sweep ${sweepId} on ${backend}: ${cpus} cores, ${memoryGb} GB, ${timeoutMin} min a job${gpu}`,
    ...table,
    `${count(jobs.length, 'job')} in ${count(families, 'family', 'families')}, ${cached} cached, ` +
      `${jobs.length - cached} to compute`,
  ];
}

/** The same for scripts: plain data. */
export function planJson(plan: Plan, isCached: (runId: string) => boolean) {
  const { sweepId, backend, resources, runsDir, notes } = plan;
  const jobs = plan.jobs.map((job, index) => {
    const { jobId, problem, sampler, seed, runId, familyId, config } = job;
    const { targetParams, depth, activation } = plan.planned[index];
    return {
      job_id: jobId,
      problem,
      sampler,
      seed,
      run_id: runId,
      family_id: familyId,
      target_params: targetParams,
      depth,
      activation,
      cached: isCached(runId),
      config,
    };
  });
  return {
    sweep: sweepId,
    backend,
    runs_dir: runsDir,
    cpus: resources.cpus,
    mem_gb: resources.memoryGb,
    timeout_min: resources.timeoutMin,
    gpu_mode: resources.gpuMode,
    gpu_types: resources.gpuTypes,
    jobs,
    cached: jobs.filter(({ cached }) => cached).length,
    notes,
  };
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    `  ${row.map((text, column) => text.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
