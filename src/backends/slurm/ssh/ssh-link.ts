import { askSsh, type SshConfiguration } from './ask-ssh.ts';
import { connectAlong } from './connect.ts';
import { type AskPassphrase, type UnlockedKeys, unlockKey } from './key-offer.ts';
import { type Link, link } from './link.ts';
import { routeTo } from './route.ts';
import { LoginRefused } from './ssh-trouble.ts';

export interface SshHostOptions extends SshConfiguration {
  /** As `ssh HOST` takes it. */
  readonly host: string;
  /** Asks a person for the passphrase of a key. Default: nobody is asked; the agent has to have the key. */
  readonly askPassphrase?: AskPassphrase;
}

/** A host by ssh's own configuration, with the keys that ssh would use. */
export function sshLink(options: SshHostOptions): Link {
  const { host, askPassphrase } = options;
  const unlocked: UnlockedKeys = new Map();
  return link(host, async (signal) => {
    const ask = (name: string, port: number | null) => askSsh(name, options, signal, port);
    const route = await routeTo(host, ask);
    for (;;) {
      try {
        return await connectAlong(route, unlocked, signal);
      } catch (error) {
        const [locked] = error instanceof LoginRefused ? error.locked : [];
        if (locked === undefined || askPassphrase === undefined) throw error;
        if (!(await unlockKey(locked, askPassphrase, unlocked, signal))) throw error;
      }
    }
  });
}
