import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { isRecord } from '../dispatch/config/issue.ts';
import { REMEMBERED_NAMES } from '../dispatch/config/run-options.ts';
import { LlcError } from '../dispatch/errors.ts';

/** What `llc config` keeps for this person. */
export interface Remembered {
  /** Defaults of run options, snake_case; checked where they are used. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys of the console by command: `{ retry: 't' }`. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether the console rings when a sweep ends or needs somebody. Default: true. */
  readonly attention: boolean;
  /** What the console's wizard left to the next one; checked where it is used. */
  readonly wizard: Readonly<Record<string, unknown>>;
}

/** The file behind `llc config`: `$XDG_CONFIG_HOME/llc/config.json`, or what is usual on the system. */
export interface RememberedFile {
  readonly path: string;
  read(): Remembered;
  /** Keeps one thing; null forgets it. `keys.NAME` goes below `keys`. */
  set(name: string, value: unknown): void;
}

/**
 * Opens the file of remembered things; one that is not there is empty.
 *
 * @throws LlcError 78 where it cannot be read or is no JSON
 */
export async function openRemembered(): Promise<RememberedFile> {
  // Loaded only by who needs it: `llc status` starts without it.
  const { default: Conf } = await import('conf');
  let fault: unknown = null;
  const parsed = (text: string): Record<string, unknown> => {
    fault = null;
    try {
      return JSON.parse(text);
    } catch (error) {
      // Kept, so that it can be told with the file's path, which is known once this one is open.
      fault = error;
      return {};
    }
  };
  const open = () =>
    new Conf<Record<string, unknown>>({
      projectName: 'llc',
      projectSuffix: '',
      deserialize: parsed,
    });
  const conf = worded('read', '', open);
  const { path } = conf;
  const store = () => {
    const found = worded('read', path, () => conf.store);
    if (fault !== null) throw inWords('read', path, fault);
    return found;
  };
  store();
  return {
    path,
    read: () => rememberedOf(store()),
    set: (name, value) =>
      worded('written', path, () => (value === null ? conf.delete(name) : conf.set(name, value))),
  };
}

/**
 * What is remembered; names that nobody knows are left alone. Read without `conf`, which listens to signals that are the
 * command's own and takes longer to load than the rest of it; the path is by the same rule (`env-paths`).
 *
 * @throws LlcError 78 where the file cannot be read or is no JSON
 */
export async function readRemembered(): Promise<Remembered> {
  const path = join(envPaths('llc', { suffix: '' }).config, 'config.json');
  try {
    return rememberedOf(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return rememberedOf({});
    throw inWords('read', path, error);
  }
}

function worded<T>(doing: 'read' | 'written', path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw inWords(doing, path, error);
  }
}

function inWords(doing: 'read' | 'written', path: string, error: unknown): LlcError {
  const { message, path: named = path } = error as NodeJS.ErrnoException;
  const hint = 'Mend it by hand, or move it away and begin anew with llc config set.';
  return new LlcError(78, `${named} cannot be ${doing}: ${message.split('\n')[0]}`, hint);
}

function rememberedOf(store: Readonly<Record<string, unknown>>): Remembered {
  const values = Object.fromEntries(
    REMEMBERED_NAMES.filter((name) => Object.hasOwn(store, name)).map((name) => [
      name,
      store[name],
    ]),
  );
  const { keys, attention, wizard } = store;
  const pairs = typeof keys === 'object' && keys !== null ? Object.entries(keys) : [];
  return {
    values,
    keys: Object.fromEntries(
      pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    attention: attention !== 'off',
    wizard: isRecord(wizard) ? wizard : {},
  };
}
