import { homedir } from 'node:os';
import { join } from 'node:path';

/** How ssh's own configuration says that a host is reached. */
export interface SshSettings {
  /** As it was named: an alias, or `user@host`. */
  readonly host: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** Under which name its key is kept, where that is not its own. */
  readonly hostKeyAlias: string | null;
  /** Absolute; many of them may not exist. */
  readonly identityFiles: readonly string[];
  /** Offer no key of the agent that is not among the files. */
  readonly identitiesOnly: boolean;
  /** The agent's socket; null for no agent. */
  readonly agent: string | null;
  /** Hosts to go through, the first one first. */
  readonly jumps: readonly string[];
  /** A program that makes the connection, which llc does not run; null for none. */
  readonly proxyCommand: string | null;
  readonly knownHostsFiles: readonly string[];
  /** `StrictHostKeyChecking no`: whatever key a host shows that has none yet is believed. */
  readonly trustsUnknown: boolean;
  /** Seconds; null where nothing is said. */
  readonly connectTimeoutS: number | null;
  /** Seconds between signs of life; 0 where nothing is said. */
  readonly aliveIntervalS: number;
}

/**
 * Reads what `ssh -G` prints: one setting a line, `name value`, names in lower case (ssh_config(5)).
 *
 * @param environment - says where the agent is, and what `$NAME` in its path stands for
 */
export function readSshSettings(
  host: string,
  printed: string,
  environment: NodeJS.ProcessEnv,
): SshSettings {
  const values = new Map<string, string[]>();
  for (const line of printed.split('\n')) {
    const at = line.indexOf(' ');
    if (at < 1) continue;
    const name = line.slice(0, at).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  const one = (name: string) => {
    const value = values.get(name)?.[0];
    return value === undefined || value === '' || value === 'none' ? null : value;
  };
  const files = (names: readonly string[]) =>
    names
      .flatMap((name) => values.get(name) ?? [])
      .flatMap(pathsOf)
      .filter((path) => path !== 'none')
      .map(absolute);
  const command = one('proxycommand');
  const jump = jumpOfCommand(command);
  return {
    host,
    hostName: one('hostname') ?? host,
    port: Number(one('port') ?? 22),
    user: one('user') ?? '',
    hostKeyAlias: one('hostkeyalias'),
    identityFiles: (values.get('identityfile') ?? [])
      .filter((path) => path !== 'none')
      .map((path) => absolute(unquoted(path))),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agentSocket(values.get('identityagent')?.[0] ?? null, environment),
    jumps: one('proxyjump')?.split(',') ?? (jump === null ? [] : [jump]),
    proxyCommand: jump === null ? command : null,
    knownHostsFiles: files(['userknownhostsfile', 'globalknownhostsfile']),
    trustsUnknown: ['no', 'off', 'false'].includes(one('stricthostkeychecking') ?? ''),
    connectTimeoutS: numberOf(one('connecttimeout')),
    aliveIntervalS: numberOf(one('serveraliveinterval')) ?? 0,
  };
}

/** The older way to write a jump host: `ssh -W %h:%p HOST`. */
function jumpOfCommand(command: string | null): string | null {
  return (
    /^(?:\/usr\/bin\/)?ssh (?:-q )?(?:-W ?%h:%p (?:-q )?([\w.@-]+)|([\w.@-]+) -W ?%h:%p)$/
      .exec(command ?? '')
      ?.slice(1)
      .find((host) => host !== undefined) ?? null
  );
}

function agentSocket(value: string | null, environment: NodeJS.ProcessEnv): string | null {
  if (value === 'none') return null;
  if (value === null || value === 'SSH_AUTH_SOCK') return environment['SSH_AUTH_SOCK'] || null;
  const path = unquoted(value);
  return path.startsWith('$') ? environment[path.slice(1)] || null : absolute(path);
}

/** Words of a line; those with blanks stand in quotes. */
function pathsOf(value: string): readonly string[] {
  return (value.match(/"[^"]*"|\S+/g) ?? []).map(unquoted);
}

function unquoted(value: string): string {
  return value.replace(/^"(.*)"$/, '$1');
}

function absolute(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

function numberOf(value: string | null): number | null {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) ? number : null;
}
