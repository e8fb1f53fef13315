import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { KeyOffer } from './key-offer.ts';
import { fingerprint, type HostKey, type HostVerdict } from './known-hosts.ts';
import type { SshSettings } from './ssh-settings.ts';

const AGAIN = 'It is tried again; jobs that run there go on meanwhile.';

/** Trouble that only a person can end: asking again soon would help nobody, and hosts bar those who do. */
export class PersonNeeded extends LlcError {}

/** Trouble with the way to a host. */
export function wayTrouble(
  host: string,
  cause: Error | string,
  attempt?: { settings: SshSettings; limitS: number; via: string | null },
): LlcError {
  if (typeof cause === 'string' || attempt === undefined) {
    const said = harmlessText(typeof cause === 'string' ? cause : cause.message, 300);
    return new LlcError(75, `${host}: ${said}.`, AGAIN);
  }
  const { settings, limitS, via } = attempt;
  const { hostName, port } = settings;
  const where = `${host} (${hostName}, port ${port}${via === null ? '' : `, through ${via}`})`;
  const { code } = cause as NodeJS.ErrnoException;
  const options = { cause };
  const said = harmlessText(cause.message, 300);
  if (code === 'ECONNREFUSED' || /Connection refused/i.test(said))
    return new LlcError(
      75,
      `${where} refuses the connection: nothing listens there.`,
      'See that its port is right and that sshd runs there.',
      options,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new LlcError(
      75,
      `The name ${hostName} of ${host} is not known here.`,
      'See that the network, or the VPN, is up and that HostName in ~/.ssh/config is right.',
      options,
    );
  if (code === 'ETIMEDOUT' || /[Tt]imed? ?out/.test(said))
    return new LlcError(
      75,
      `${where} has not answered within ${limitS} s.`,
      'See that the network, or the VPN, is up.',
      options,
    );
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return new LlcError(
      75,
      `There is no way to ${where}: ${said}.`,
      'See that the network, or the VPN, is up.',
      options,
    );
  if (/before handshake|No response from server/.test(said))
    return new LlcError(
      75,
      `${where} closed the connection before it let anybody in.`,
      'It may be busy, or bar this address for a while after failed logins.',
      options,
    );
  return new LlcError(75, `${where} cannot be reached: ${said}.`, `Try \`ssh ${host}\`.`, options);
}

/** A host whose key is not the one that it is known by. */
export function keyRefused(
  { host, hostName, port }: SshSettings,
  name: string,
  verdict: HostVerdict,
  shown: HostKey,
): LlcError {
  const key = `${harmlessText(shown.type, 50)} ${fingerprint(shown)}`;
  switch (verdict.kind) {
    case 'changed':
      return new PersonNeeded(
        75,
        `THE HOST KEY OF ${host} HAS CHANGED: it shows ${key}, and ${verdict.where} has another. Somebody may stand in between, or the host was set up anew.`,
        `Ask its administrators. If the new key is right, \`ssh-keygen -R '${name}'\` and then \`ssh ${host}\` once.`,
      );
    case 'revoked':
      return new PersonNeeded(
        75,
        `The host key that ${host} shows (${key}) is revoked by ${verdict.where}.`,
        'Nobody should connect to it; ask its administrators.',
      );
    case 'authority':
      return new PersonNeeded(
        75,
        `${host} is known by a certificate authority alone (${verdict.where}), which llc cannot check; its own key is ${key}.`,
        `Have its own key in known_hosts: \`ssh-keyscan -p ${port} ${hostName}\` prints it; compare it with ${fingerprint(shown)} and with its administrators'.`,
      );
    default: {
      const others = verdict.kind === 'unknown' && verdict.types.length > 0;
      return new PersonNeeded(
        75,
        `The host ${host} (${name}) is not known here: it shows ${key}${others ? `, and only keys of other types are known (${verdict.types.join(', ')})` : ''}.`,
        `\`ssh ${host}\` once, and say yes if the key is right: that adds it to known_hosts.`,
      );
    }
  }
}

/** A host that has let nobody in. */
export function loginRefused(
  { host, user, agent }: SshSettings,
  { tried, locked, agentTrouble }: KeyOffer,
  offered: readonly string[] | null,
): LlcError {
  const what = tried.length === 0 ? 'no key could be offered' : `tried ${tried.join(', ')}`;
  const lockedText = locked.length === 0 ? '' : `; locked by a passphrase: ${locked.join(', ')}`;
  const agentText = agentTrouble === null ? '' : `; ${agentTrouble}`;
  const takes = offered?.length ? ` It takes: ${harmlessText(offered.join(', '), 100)}.` : '';
  const [lockedKey] = locked;
  return new LoginRefused(
    75,
    `${host} does not let ${user} in: ${what}${lockedText}${agentText}.${takes}`,
    lockedKey === undefined
      ? `See that \`ssh ${host}\` lets you in without a question; llc can answer none.`
      : agent === null
        ? `No agent keeps it: \`eval "$(ssh-agent)"\`, \`ssh-add ${lockedKey}\`, then start llc from that shell.`
        : `Unlock the key for the agent: \`ssh-add ${lockedKey}\`. In the wizard r asks for it.`,
    locked,
  );
}

/** A host for which a key is not enough. */
export function secondFactor({ host }: SshSettings, offered: readonly string[] | null): LlcError {
  const more = harmlessText((offered ?? []).join(', '), 100);
  return new PersonNeeded(
    75,
    `${host} takes the key and asks for more (${more}), which llc cannot answer in the background.`,
    'Run llc on the login node itself, where it needs no ssh.',
  );
}

/** With the keys that might have opened. */
export class LoginRefused extends PersonNeeded {
  readonly locked: readonly string[];

  constructor(code: 75, message: string, hint: string, locked: readonly string[]) {
    super(code, message, hint);
    this.locked = locked;
  }
}
