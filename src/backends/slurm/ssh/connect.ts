import { readFile } from 'node:fs/promises';
import type { Config, NodeSSH } from 'node-ssh';
import type { AnyAuthMethod, ClientErrorExtensions, ServerHostKeyAlgorithm } from 'ssh2';
import { type KeyOffer, offerKeys, type UnlockedKeys } from './key-offer.ts';
import {
  type HostVerdict,
  hostKeyOf,
  judgeHostKey,
  type KnownHostsFile,
  knownHostName,
  knownKeyTypes,
} from './known-hosts.ts';
import { signsOfLife } from './signs-of-life.ts';
import type { SshSettings } from './ssh-settings.ts';
import { keyRefused, loginRefused, secondFactor, wayTrouble } from './ssh-trouble.ts';

const CONNECT_LIMIT_S = 15;
/** A host that let us in, and those on the way to it. */
export interface Connection {
  readonly ssh: NodeSSH;
  /** Aborted with the trouble once it is lost, or ended by us. */
  readonly lost: AbortSignal;
  end(): void;
}

/**
 * Goes the way to a host, hop by hop; each shows a key that is known before it is shown ours.
 *
 * @param route - the host itself last
 * @throws LlcError 75 in words, where it leads nowhere
 */
export async function connectAlong(
  route: readonly SshSettings[],
  unlocked: UnlockedKeys,
  signal: AbortSignal,
): Promise<Connection> {
  const hops: Hop[] = [];
  try {
    for (const settings of route)
      hops.push(await connectHop(settings, hops.at(-1), unlocked, signal));
  } catch (error) {
    for (const { ssh } of hops) ssh.dispose();
    throw error;
  }
  const { ssh } = hops.at(-1) as Hop;
  const lost = new AbortController();
  const end = (cause: Error) => {
    lost.abort(cause);
    for (const hop of hops.toReversed()) {
      hop.ssh.connection?.destroy();
      hop.ssh.dispose();
    }
  };
  for (const hop of hops) hop.onLost(end);
  const { host } = route.at(-1) as SshSettings;
  return {
    ssh,
    lost: lost.signal,
    end: () => end(wayTrouble(host, 'the connection was ended')),
  };
}

interface Hop {
  readonly ssh: NodeSSH;
  readonly host: string;
  /** Told once; at once where it is lost already. */
  onLost(listener: (cause: Error) => void): void;
}

async function connectHop(
  settings: SshSettings,
  from: Hop | undefined,
  unlocked: UnlockedKeys,
  signal: AbortSignal,
): Promise<Hop> {
  const { NodeSSH } = await import('node-ssh');
  const { host, hostName, port, user } = settings;
  const files = await readKnownHosts(settings.knownHostsFiles);
  const name = knownHostName(hostName, port, settings.hostKeyAlias);
  const offer = await offerKeys(settings, unlocked);
  const shown: { verdict: HostVerdict | null; blob: Buffer } = {
    verdict: null,
    blob: Buffer.alloc(0),
  };
  let offered: readonly string[] | null = null;
  let asksForMore = false;
  const limitS = settings.connectTimeoutS ?? CONNECT_LIMIT_S;
  signal.throwIfAborted();

  const ssh = new NodeSSH();
  const config: Config = {
    username: user,
    readyTimeout: limitS * 1000,
    ...signsOfLife(settings.aliveIntervalS),
    algorithms: { serverHostKey: hostKeyOrder(knownKeyTypes(files, name)) },
    hostVerifier: (blob: Buffer) => {
      shown.blob = blob;
      shown.verdict = judgeHostKey(files, name, hostKeyOf(blob));
      return isBelieved(shown.verdict, settings);
    },
    authHandler: (left, partly, next) => {
      offered = (left as readonly string[] | null) ?? offered;
      asksForMore ||= partly === true;
      next(ways.shift() ?? (false as never));
    },
  };
  const ways: AnyAuthMethod[] = [...offer.ways];
  const abort = () => ssh.connection?.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    // Without a key the host is still asked, for what it would take.
    if (ways.length === 0) ways.push({ type: 'none', username: user });
    await ssh.connect(
      from === undefined
        ? { ...config, host: hostName, port }
        : { ...config, sock: await through(from, settings) },
    );
  } catch (error) {
    ssh.connection?.destroy();
    signal.throwIfAborted();
    throw inWords(error as Error & ClientErrorExtensions, settings, {
      verdict: shown.verdict,
      blob: shown.blob,
      name,
      offer,
      offered,
      asksForMore,
      limitS,
      via: from?.host ?? null,
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return watched(ssh, host);
}

function watched(ssh: NodeSSH, host: string): Hop {
  const { connection } = ssh;
  const listeners: ((cause: Error) => void)[] = [];
  let cause: Error | null = null;
  let said = 'it was closed there';
  const lose = () => {
    cause ??= wayTrouble(host, `the connection was lost: ${said}`);
    for (const listener of listeners.splice(0)) listener(cause);
  };
  connection?.setNoDelay(true);
  // An error without a listener would end the process.
  connection?.on('error', (error) => {
    said = error.message;
    lose();
  });
  connection?.on('close', lose);
  connection?.on('end', lose);
  if (connection === null) lose();
  return {
    ssh,
    host,
    onLost(listener) {
      if (cause === null) listeners.push(listener);
      else listener(cause);
    },
  };
}

/** A channel of the host before that ends where this one listens. */
async function through(from: Hop, { hostName, port }: SshSettings) {
  return from.ssh.forwardOut('127.0.0.1', 0, hostName, port);
}

interface Attempted {
  readonly verdict: HostVerdict | null;
  readonly blob: Buffer;
  readonly name: string;
  readonly offer: KeyOffer;
  /** Ways to be let in that the host names. */
  readonly offered: readonly string[] | null;
  /** It took a key, and that was not all. */
  readonly asksForMore: boolean;
  readonly limitS: number;
  readonly via: string | null;
}

function inWords(
  error: Error & ClientErrorExtensions,
  settings: SshSettings,
  { verdict, blob, name, offer, offered, asksForMore, limitS, via }: Attempted,
): Error {
  if (verdict !== null && !isBelieved(verdict, settings))
    return keyRefused(settings, name, verdict, hostKeyOf(blob));
  if (error.level === 'client-authentication')
    return asksForMore ? secondFactor(settings, offered) : loginRefused(settings, offer, offered);
  return wayTrouble(settings.host, error, { settings, limitS, via });
}

function isBelieved({ kind }: HostVerdict, { trustsUnknown }: SshSettings): boolean {
  return kind === 'known' || (kind === 'unknown' && trustsUnknown);
}

async function readKnownHosts(paths: readonly string[]): Promise<readonly KnownHostsFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch(() => null);
      return text === null ? [] : [{ path, text }];
    }),
  );
  return files.flat();
}

/** Those that OpenSSH asks for by default and ssh2 knows. */
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** First those of which a key is known, lest an honest host show another that is not. */
function hostKeyOrder(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) =>
    knownTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...HOST_KEY_ALGORITHMS].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
}
