import { LlcError } from '../../../dispatch/errors.ts';
import type { SshSettings } from './ssh-settings.ts';

/** More hosts than anybody goes through on purpose. */
const HOPS_LIMIT = 8;

/** Asks how a host is reached. */
export type AskSettings = (host: string, port: number | null) => Promise<SshSettings>;

/**
 * The hosts that a connection goes through, the named one last. As ssh has it: the first jump host may need jumps of
 * its own, those after it are reached from the one before.
 *
 * @throws LlcError 69 where the configuration leads in a circle, or asks for a program that makes the connection
 */
export async function routeTo(host: string, ask: AskSettings): Promise<readonly SshSettings[]> {
  const route: SshSettings[] = [];
  let next: { host: string; port: number | null } | undefined = { host, port: null };
  while (next !== undefined) {
    const settings: SshSettings = await ask(next.host, next.port);
    refuseProxyCommand(settings);
    const [first, ...others]: readonly string[] = settings.jumps;
    const between = await Promise.all(
      others.map((jump) => {
        const { host: name, port } = jumpHost(jump);
        return ask(name, port);
      }),
    );
    for (const hop of between) refuseProxyCommand(hop);
    route.unshift(...between, settings);
    if (route.length > HOPS_LIMIT)
      throw new LlcError(
        69,
        `The way to ${host} leads through more than ${HOPS_LIMIT} hosts.`,
        'Look for a circle of ProxyJump in ~/.ssh/config.',
      );
    next = first === undefined ? undefined : jumpHost(first);
  }
  return route;
}

function refuseProxyCommand({ host, proxyCommand }: SshSettings): void {
  if (proxyCommand === null) return;
  throw new LlcError(
    69,
    `ssh reaches ${host} by a ProxyCommand (${proxyCommand}), which llc does not run.`,
    'Where the command is `ssh -W %h:%p HOST`, write `ProxyJump HOST` instead.',
  );
}

/** Of `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address stands in brackets. */
function jumpHost(jump: string): { host: string; port: number | null } {
  const text = jump.replace(/^ssh:\/\//, '');
  const [, user = '', bracketed, plain, port] =
    /^([^@]*@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const name = bracketed ?? plain;
  return name === undefined
    ? { host: text, port: null }
    : { host: `${user}${name}`, port: port === undefined ? null : Number(port) };
}
