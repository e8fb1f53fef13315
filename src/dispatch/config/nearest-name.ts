/** The longest unknown name that is looked up; the work grows with it. */
const LONGEST = 100;

/**
 * The known name that an unknown one probably means, by edit distance; null where none is near. Case and
 * `-` for `_` do not count.
 */
export function nearestName(unknown: string, known: Iterable<string>): string | null {
  if (unknown.length > LONGEST) return null;
  const name = folded(unknown);
  let nearest: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name, folded(candidate));
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** `did you mean chains?`, or an empty text. */
export function didYouMean(unknown: string, known: Iterable<string>): string {
  const nearest = nearestName(unknown, known);
  return nearest === null ? '' : `did you mean ${nearest}?`;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/^-+/, '').replaceAll('-', '_');
}

/** Insertions, deletions, replacements and swaps of neighbours (Damerau 1964) that turn a into b. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2] + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length];
}
