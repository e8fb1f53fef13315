import { readFile } from 'node:fs/promises';
import type { AgentAuthMethod, BaseAgent, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import { readIdentities } from './identity.ts';
import { fingerprint } from './known-hosts.ts';
import type { SshSettings } from './ssh-settings.ts';

/** What is shown to a host to be let in. */
export interface KeyOffer {
  readonly ways: readonly (AgentAuthMethod | PublicKeyAuthMethod)[];
  /** For people: what `ways` stand for, in order. */
  readonly tried: readonly string[];
  /** Files whose passphrase nobody has given. */
  readonly locked: readonly string[];
  /** Why the agent was of no use; null where it was asked, or there is none. */
  readonly agentTrouble: string | null;
}

/** Asks a person for the passphrase of a key; null where none is given. */
export type AskPassphrase = (path: string, signal: AbortSignal) => Promise<string | null>;

/** Hosts end a connection after six tries (MaxAuthTries). */
const TRIES_LIMIT = 6;

/** Keys that a person has unlocked, by path; kept in memory alone. */
export type UnlockedKeys = Map<string, ParsedKey>;

/**
 * As ssh does it: keys of the agent first, those of the identity files before others, then the files themselves.
 *
 * @param unlocked - locked keys that can be offered
 */
export async function offerKeys(
  settings: SshSettings,
  unlocked: ReadonlyMap<string, ParsedKey>,
): Promise<KeyOffer> {
  const { default: ssh2 } = await import('ssh2');
  const identities = await readIdentities(settings.identityFiles);
  const username = settings.user;
  const ways: (AgentAuthMethod | PublicKeyAuthMethod)[] = [];
  const tried: string[] = [];
  let agentTrouble: string | null = null;
  const fromAgent: Buffer[] = [];
  if (settings.agent !== null) {
    const agent = ssh2.createAgent(settings.agent);
    try {
      const held = await keysOf(agent);
      const rank = ({ blob }: AgentKey) => {
        const at = identities.findIndex((identity) => identity.blob?.equals(blob));
        return at < 0 ? identities.length : at;
      };
      const offered = held
        .filter((key) => !settings.identitiesOnly || rank(key) < identities.length)
        .sort((a, b) => rank(a) - rank(b))
        .slice(0, TRIES_LIMIT);
      fromAgent.push(...offered.map(({ blob }) => blob));
      if (offered.length > 0) {
        ways.push({ type: 'agent', username, agent: narrowed(ssh2.BaseAgent, agent, offered) });
        const names = offered.map((key) => `${key.comment || 'a key'} (${fingerprint(key)})`);
        tried.push(`of the agent ${names.join(', ')}`);
      }
    } catch (error) {
      agentTrouble = `the agent at ${settings.agent} does not answer (${(error as Error).message})`;
    }
  }
  const locked: string[] = [];
  for (const { path, blob, key, isLocked } of identities) {
    if (key === null || fromAgent.some((known) => blob?.equals(known))) continue;
    const offer = isLocked ? unlocked.get(path) : key;
    if (offer === undefined) locked.push(path);
    else if (fromAgent.length + ways.length < TRIES_LIMIT) {
      ways.push({ type: 'publickey', username, key: offer });
      tried.push(path);
    }
  }
  return { ways, tried, locked, agentTrouble };
}

/**
 * Asks for passphrases until a key opens or none is given.
 *
 * @returns whether a key was opened
 */
export async function unlockKey(
  path: string,
  ask: AskPassphrase,
  unlocked: UnlockedKeys,
  signal: AbortSignal,
): Promise<boolean> {
  const { default: ssh2 } = await import('ssh2');
  const bytes = await readFile(path);
  for (;;) {
    const passphrase = await ask(path, signal);
    if (passphrase === null) return false;
    const key = ssh2.utils.parseKey(bytes, passphrase);
    if (key instanceof Error) continue;
    unlocked.set(path, key);
    return true;
  }
}

interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
  readonly parsed: ParsedKey;
}

function keysOf(agent: BaseAgent): Promise<AgentKey[]> {
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error) return reject(error);
      // OpenSSH's agent gives them parsed.
      const parsed = (keys ?? []) as ParsedKey[];
      resolve(
        parsed.map((key) => ({ blob: key.getPublicSSH(), comment: key.comment, parsed: key })),
      );
    });
  });
}

/** An agent that shows these keys alone, in this order. */
function narrowed(
  Base: typeof BaseAgent,
  agent: BaseAgent,
  keys: readonly AgentKey[],
): BaseAgent<ParsedKey> {
  class Narrowed extends (Base as typeof BaseAgent<ParsedKey>) {
    override getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
      done(
        undefined,
        keys.map(({ parsed }) => parsed),
      );
    }
    override sign(...words: unknown[]): void {
      (agent.sign as (...words: unknown[]) => void).apply(agent, words);
    }
  }
  return new Narrowed();
}
