import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { HostFacts } from './host-facts.ts';
import type { Link } from './link.ts';
import { runScript } from './run-script.ts';
import { shellWord } from './shell-script.ts';

const LIMIT_MS = 30_000;
/** The worker is bundled for it. */
const OLDEST_MAJOR = 24;

/** A Node there. */
export interface NodeThere {
  readonly path: string;
  /** `v24.1.0`, or what it said instead. */
  readonly version: string;
}

/**
 * Asks these programs, and the `node` that a login shell finds, for their versions; those that do not run are left out.
 *
 * @param paths - absolute
 */
export async function nodesThere(
  link: Link,
  paths: readonly string[],
  { environment }: HostFacts,
  signal: AbortSignal,
): Promise<readonly NodeThere[]> {
  const script = [
    environment,
    `ask() { said=$("$1" --version 2>/dev/null) && printf '%s\\t%s\\0' "$1" "$said"; }`,
    ...paths.map((path) => `ask ${shellWord(path)}`),
    'found=$(command -v node) && case $found in /*) ask "$found" ;; esac',
  ].join('\n');
  const { stdout } = await runScript(link, script, { signal, limitMs: LIMIT_MS });
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [path, version] = line.split('\t');
      return path?.startsWith('/') && version !== undefined ? [{ path, version }] : [];
    });
}

export function isNewEnough({ version }: NodeThere): boolean {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= OLDEST_MAJOR;
}

/** What this process could lend a host. */
export interface OwnNode {
  readonly path: string;
  /** `24.1.0` */
  readonly version: string;
  /** `linux`, … and `x64`, … as Node has them. */
  readonly platform: string;
  readonly arch: string;
  /** `2.36`; null where it was not built against one. */
  readonly glibc: string | null;
}

export function ownNode(): OwnNode {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    path: process.execPath,
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    glibc: report.header?.glibcVersionRuntime ?? null,
  };
}

/** Node's own builds for Linux ask for this one (its BUILDING.md). */
const OLDEST_GLIBC = '2.28';
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Why this process's Node would not run there; null where it should. */
export function whyNotLent(own: OwnNode, { system, glibc }: HostFacts): string | null {
  if (!isNewEnough({ path: own.path, version: `v${own.version}` }))
    return `it is itself ${own.version}`;
  const [kernel, machine] = system.split(' ');
  const wanted = MACHINES[own.arch] ?? own.arch;
  if (own.platform !== 'linux' || kernel !== 'Linux' || machine !== wanted)
    return `it is a ${harmlessText(system, 60)} and this is a ${own.platform} ${own.arch}`;
  if (own.glibc === null || glibc === '') return 'not both have glibc';
  if (isOlder(glibc, OLDEST_GLIBC))
    return `its glibc ${harmlessText(glibc, 20)} is older than ${OLDEST_GLIBC}, which Node needs`;
  return null;
}

function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}

/** @param named - what --remote-node says; null where it says nothing */
export function noNode(
  host: string,
  named: string | null,
  found: readonly NodeThere[],
  whyNot: string,
): LlcError {
  const seen = found.map(({ path, version }) => `${path} is ${harmlessText(version, 30)}`);
  const said = seen.length === 0 ? 'none was found' : seen.join(', ');
  if (named !== null)
    return new LlcError(
      69,
      `--remote-node=${named} is no Node ${OLDEST_MAJOR} or newer on ${host}: ${said}.`,
      `Name one that \`ssh ${host} ${named} --version\` runs.`,
    );
  return new LlcError(
    69,
    `${host} has no Node ${OLDEST_MAJOR} or newer (${said}), and this one cannot be lent: ${whyNot}.`,
    'Install Node there, for instance from nodejs.org into your home, and name it by --remote-node=PATH.',
  );
}
