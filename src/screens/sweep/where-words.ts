/**
 * Where an attempt is, besides its place's own name of it: `gpu-07, A100` of a node, `H100` of `sb-8TXF (H100)`, nothing
 * of what repeats the name.
 */
export function whereWords(on: string, handle: string): string {
  if (handle === '' || !on.startsWith(handle)) return on;
  return on
    .slice(handle.length)
    .trim()
    .replace(/^\((.*)\)$/, '$1');
}
