/** `14:32:07`, on this machine's clock. @param ms - milliseconds since 1970 */
export function clockText(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
