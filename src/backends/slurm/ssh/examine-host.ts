import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import { askSsh } from './ask-ssh.ts';
import { isNewEnough, nodesThere, ownNode, whyNotLent } from './find-node.ts';
import { type HostFacts, learnFacts } from './host-facts.ts';
import type { Link } from './link.ts';
import { remoteRoot } from './remote-layout.ts';
import { routeTo } from './route.ts';
import { runScript } from './run-script.ts';
import { runWords } from './run-words.ts';
import { shellWord } from './shell-script.ts';
import { type SshHostOptions, sshLink } from './ssh-link.ts';

/** One thing that was looked at. */
export interface HostFinding {
  readonly what: string;
  readonly state: 'well' | 'note' | 'wrong';
  readonly found: string;
  /** What to do about it; empty where all is well. */
  readonly remedy: string;
}

const LIMIT_MS = 30_000;

/** Looks at what a sweep needs of a host behind ssh, up to the first thing without which the rest cannot be told. */
export async function examineHost(
  options: SshHostOptions & { readonly remoteDir?: string },
  signal: AbortSignal,
): Promise<readonly HostFinding[]> {
  const { host, remoteDir = '~/llc' } = options;
  const findings: HostFinding[] = [];
  const link = sshLink(options);
  /** Null where it went wrong. */
  async function look<T>(
    what: string,
    task: () => Promise<T>,
    words: (value: T) => Omit<HostFinding, 'what'>,
  ): Promise<T | null> {
    try {
      const value = await task();
      findings.push({ what, ...words(value) });
      return value;
    } catch (error) {
      if (!(error instanceof LlcError)) throw error;
      findings.push({ what, state: 'wrong', found: error.message, remedy: error.hint });
      return null;
    }
  }
  try {
    const route = await look(
      `ssh ${host}`,
      () => routeTo(host, (name, port) => askSsh(name, options, signal, port)),
      (hops) => {
        const { user, hostName, port } = hops.at(-1) as (typeof hops)[number];
        const through = hops.slice(0, -1).map((hop) => hop.host);
        return well(
          `${user}@${hostName}, port ${port}${through.length === 0 ? '' : `, through ${through.join(', ')}`}`,
        );
      },
    );
    if (route === null) return findings;
    const since = performance.now();
    const facts = await look(
      '  connection',
      () => learnFacts(link, signal),
      ({ system }) =>
        well(`${harmlessText(system, 60)}, in ${(performance.now() - since).toFixed(0)} ms`),
    );
    if (facts === null) return findings;
    await look('  Node there', () => nodesThere(link, [], facts, signal), nodeWords(facts));
    await look('  Slurm there', () => slurmVersion(link, facts, signal), well);
    const root = remoteRoot(remoteDir, facts.home);
    await look('  folder there', () => writeIn(link, root, signal), well);
    return findings;
  } finally {
    await link.close();
  }
}

function well(found: string): Omit<HostFinding, 'what'> {
  return { state: 'well', found, remedy: '' };
}

function nodeWords(facts: HostFacts) {
  return (found: Awaited<ReturnType<typeof nodesThere>>): Omit<HostFinding, 'what'> => {
    const node = found.find(isNewEnough);
    if (node !== undefined) return well(`${node.path}, ${harmlessText(node.version, 30)}`);
    const own = ownNode();
    const whyNot = whyNotLent(own, facts);
    const old = found[0] === undefined ? 'none' : `only ${harmlessText(found[0].version, 30)}`;
    return whyNot === null
      ? well(`${old}; ours, ${own.version}, is copied there at the first sweep`)
      : {
          state: 'wrong',
          found: `${old}, and ours cannot be lent: ${whyNot}`,
          remedy: 'install Node 24 there and name it by --remote-node',
        };
  };
}

async function slurmVersion(
  link: Link,
  { environment }: HostFacts,
  signal: AbortSignal,
): Promise<string> {
  const asked = { signal, limitMs: LIMIT_MS };
  const { code, stdout, stderr } = await runWords(
    link,
    ['sbatch', '--version'],
    environment,
    asked,
  );
  const said = harmlessText(`${stdout}${stderr}`.trim().replaceAll('\n', '; '), 100);
  if (code === 0) return said;
  throw new LlcError(69, `sbatch --version fails: ${said}`, 'ask its administrators');
}

async function writeIn(link: Link, root: string, signal: AbortSignal): Promise<string> {
  const probe = shellWord(`${root}/.llc-doctor`);
  const script = `said=$(mkdir -p ${shellWord(root)} 2>&1 && : 2>&1 >${probe} && rm ${probe} 2>&1) || { echo "$said"; exit 1; }
df -Pk ${shellWord(root)} | awk 'NR == 2 { print $4 }'`;
  const { code, stdout, stderr } = await runScript(link, script, { signal, limitMs: LIMIT_MS });
  const said = harmlessText(`${stdout}${stderr}`.trim(), 200);
  const free = Number(said) / 2 ** 20;
  if (code !== 0)
    throw new LlcError(69, `${root} is not writable: ${said}`, 'name another by --remote-dir');
  if (free < 1)
    throw new LlcError(69, `${root} has ${free.toFixed(2)} GiB free`, 'make room there');
  return `${root} is writable, ${free.toFixed(0)} GiB free`;
}
