/**
 * Names of the Python original that do nothing here: accepted in files, with a note, so that its studies
 * and its stored configurations load.
 */
export const IGNORED_NAMES: ReadonlySet<string> = new Set([
  'use_tqdm',
  'show_plots',
  'save_manifest',
  'save_readme_snippet',
  'auto_update_readme',
  'auto_create_run_dir',
  'use_batched_chains',
  'progress_update_every',
  'profile_adaptation',
  'save_plots_prefix',
  'prior_center',
  'reference_for_L0',
  'mclmc_grad_per_step_override',
]);
