/** What Slurm's commands take for options where they find it, such as of a job that llc itself runs in. */
const OPTIONS = /^(SLURM_|SBATCH_|SALLOC_|SRUN_|SQUEUE_|SACCT_|SCONTROL_|SINFO_|SCANCEL_)/;

/** The environment of Slurm's commands: where the cluster is, and no options but ours. */
export function clusterEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => name === 'SLURM_CONF' || !OPTIONS.test(name),
  );
  // Times without a zone are of one that all know.
  return { ...Object.fromEntries(kept), TZ: 'UTC', LC_ALL: 'C' };
}
