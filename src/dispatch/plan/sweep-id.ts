const LONGEST_LABEL = 60;

/**
 * `1123-1431-quick`: month and day, hour and minute (of this machine's clock), and what the sweep is of.
 *
 * @param label - a preset, or the path of a study or preset file, of which the name counts. Default: none.
 * @param isTaken - whether that sweep exists; then `-2`, `-3`, … is added
 */
export function sweepId(
  now: Date,
  label: string | null,
  isTaken: (id: string) => boolean = () => false,
): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = two(now.getMonth() + 1) + two(now.getDate());
  const minute = two(now.getHours()) + two(now.getMinutes());
  const words = [day, minute, labelOf(label)].filter((word) => word !== '');
  const id = words.join('-');
  let free = id;
  for (let i = 2; isTaken(free); i++) free = `${id}-${i}`;
  return free;
}

function labelOf(label: string | null): string {
  const name = (label ?? '').split(/[/\\]/).at(-1) ?? '';
  return name
    .replace(/\.(ya?ml|json)$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._-]+/, '')
    .slice(0, LONGEST_LABEL);
}
