/**
 * What is said of a supervisor that ended without a word.
 *
 * @param lastSign - when it was last known to live
 */
export function deathText(
  { host, pid }: { readonly host: string; readonly pid: number },
  lastSign: Date,
): string {
  return `the supervisor (pid ${pid} on ${host}) died after ${lastSign.toTimeString().slice(0, 8)}`;
}
