import { LlcError } from '../../../dispatch/errors.ts';
import type { Link } from './link.ts';
import { runScript } from './run-script.ts';
import { shellWord } from './shell-script.ts';

const LIMIT_MS = 30_000;

/** What is the same as long as a host is the same. */
export interface HostFacts {
  /** Absolute, links resolved. */
  readonly home: string;
  /** `Linux x86_64` */
  readonly system: string;
  /** `2.36`; empty where it has none. */
  readonly glibc: string;
  /** What a login shell finds programs and Slurm by, as commands to sh. */
  readonly environment: string;
}

/** Profiles, which a session without a login shell has not read, often say where Slurm is. */
const LOGIN_VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'SLURM_CONF', 'MODULEPATH'] as const;

const SCRIPT = `
printf 'home\\t%s\\0' "$(cd ~ && pwd -P)"
printf 'system\\t%s\\0' "$(uname -sm)"
printf 'glibc\\t%s\\0' "$(getconf GNU_LIBC_VERSION 2>/dev/null)"
limit=$(command -v timeout >/dev/null && echo timeout 15)
$limit "\${SHELL:-/bin/sh}" -lc 'printf "\\0${LOGIN_VARIABLES.map(() => '%s\\t').join('')}\\0" ${LOGIN_VARIABLES.map((name) => `"$${name}"`).join(' ')}' 2>/dev/null
`;

/** @throws LlcError 75 as `runScript`; 69 where the host has no home for us */
export async function learnFacts(link: Link, signal: AbortSignal): Promise<HostFacts> {
  const { stdout, stderr, timedOut } = await runScript(link, SCRIPT, { signal, limitMs: LIMIT_MS });
  const facts = readFacts(stdout.toString('utf8'));
  if (facts === null)
    throw new LlcError(
      timedOut ? 75 : 69,
      `${link.host} does not tell its home directory: ${timedOut ? 'no answer' : stderr.toString('utf8').slice(0, 300)}.`,
      `See what \`ssh ${link.host} pwd\` says.`,
    );
  return facts;
}

/** @param printed - by `SCRIPT`; profiles may have printed something in between */
export function readFacts(printed: string): HostFacts | null {
  const parts = printed.split('\0');
  const of = (name: string) =>
    parts.find((part) => part.startsWith(`${name}\t`))?.slice(name.length + 1);
  const home = of('home');
  if (!home?.startsWith('/')) return null;
  const values = parts
    .map((part) => part.split('\t'))
    .find((words) => words.length === LOGIN_VARIABLES.length + 1);
  const environment = LOGIN_VARIABLES.flatMap((name, i) => {
    const value = values?.[i] ?? '';
    return value === '' ? [] : [`export ${name}=${shellWord(value)}`];
  });
  return {
    home,
    system: of('system') ?? '',
    glibc: (of('glibc') ?? '').replace(/^glibc /, ''),
    environment: environment.join('\n'),
  };
}
