import { shellWord } from './shell-script.ts';

/** What a file of a sweep is to those who follow it. */
export type NewsKind = 'end' | 'whole' | 'log';

/** A file there that may have changed. */
export interface ListedFile {
  readonly kind: NewsKind;
  /** From the sweep's folder; made of what was asked for, never of what the host says alone. */
  readonly path: string;
  readonly size: number;
  /** As the host writes it, seconds since 1970 with a fraction. */
  readonly modified: string;
}

/** Bytes of a file that is fetched whole; a larger one is no news. */
const WHOLE_LIMITS: readonly (readonly [RegExp, number])[] = [
  [/^hello(\.\d{1,6})?\.json$/, 2 ** 20],
  [/^progress\.json$/, 2 ** 20],
  [/^trace\.json$/, 2 ** 22],
  [/^result\.json$/, 2 ** 24],
];
const LOGS = ['stdout.log', 'stderr.log'];
const END_LIMIT = 2 ** 16;
/** Files of one answer; a sweep has some for each job. */
const FILES_LIMIT = 500_000;

const LAST = 'that is all';

/**
 * Commands to sh that list what may have changed, one line a file. Ends first: an end that is listed has its result
 * in the same listing, or has none.
 *
 * @param sweep - the sweep's folder there
 * @param attempts - folders of attempts, from the sweep's; no line ends in them
 * @param mark - no line of them
 */
export function listingScript(sweep: string, attempts: readonly string[], mark: string): string {
  const names = ['hello*.json', 'progress.json', 'trace.json', 'result.json', ...LOGS];
  const chosen = names.map((name) => `-name ${shellWord(name)}`).join(' -o ');
  return `
find / -maxdepth 0 -printf '' 2>/dev/null || { echo 'find has no -printf' >&2; exit 9; }
pack=$(command -v gzip >/dev/null && echo 'gzip -1' || echo cat)
list() {
  cd ${shellWord(sweep)} 2>/dev/null || { echo '${LAST}'; return; }
  find slurm/ends -maxdepth 1 -type f -printf 'end\\t%s\\t%T@\\t%f\\n'
  find slurm -mindepth 2 -maxdepth 2 -type f -name '*.log' -size +0 -printf 'slurm\\t%s\\t%T@\\t%P\\n'
  tr '\\n' '\\0' <<'${mark}' | xargs -0 sh -c 'exec find "$@" -maxdepth 1 -type f \\( ${chosen.replaceAll("'", '"')} \\) -printf "file\\t%s\\t%T@\\t%H/%f\\n"' sh
${attempts.join('\n')}
${mark}
  echo '${LAST}'
}
list 2>/dev/null | $pack
`;
}

/**
 * Reads the listing; what was not asked for, is too large or cannot be a file of ours is left out.
 *
 * @param attempts - as they were asked for
 * @returns null where the listing is not whole
 */
export function readListing(
  text: string,
  attempts: ReadonlySet<string>,
): readonly ListedFile[] | null {
  const lines = text.split('\n');
  if (lines.at(-2) !== LAST || lines.at(-1) !== '' || lines.length > FILES_LIMIT) return null;
  return lines.slice(0, -2).flatMap((line) => {
    const [what, size, modified, name, ...more] = line.split('\t');
    if (name === undefined || more.length > 0) return [];
    if (!/^\d{1,15}$/.test(size as string) || !/^-?\d{1,12}(\.\d{1,12})?$/.test(modified as string))
      return [];
    const file = fileOf(what as string, name, Number(size), attempts);
    return file === null ? [] : [{ ...file, size: Number(size), modified: modified as string }];
  });
}

function fileOf(
  what: string,
  name: string,
  size: number,
  attempts: ReadonlySet<string>,
): Pick<ListedFile, 'kind' | 'path'> | null {
  switch (what) {
    case 'end':
      return size <= END_LIMIT && isPlain(name) && !name.endsWith('.new')
        ? { kind: 'end', path: `slurm/ends/${name}` }
        : null;
    case 'slurm': {
      const [folder = '', log = '', ...more] = name.split('/');
      return isPlain(folder) && isPlain(log) && folder !== 'ends' && more.length === 0
        ? { kind: 'log', path: `slurm/${folder}/${log}` }
        : null;
    }
    case 'file': {
      const at = name.lastIndexOf('/');
      const base = name.slice(at + 1);
      if (!attempts.has(name.slice(0, at))) return null;
      if (LOGS.includes(base)) return { kind: 'log', path: name };
      const limit = WHOLE_LIMITS.find(([pattern]) => pattern.test(base))?.[1] ?? -1;
      return size <= limit ? { kind: 'whole', path: name } : null;
    }
    default:
      return null;
  }
}

/** Whether a name leads to nothing but a file of its folder. */
function isPlain(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._~+-]{0,200}$/.test(name);
}
