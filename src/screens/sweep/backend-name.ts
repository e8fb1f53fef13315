/** A place as people call it: the backend `submitit` has its name from the original. */
export function backendName(backend: string): string {
  return backend === 'submitit' ? 'slurm' : backend;
}
