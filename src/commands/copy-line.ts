/**
 * How to get a file onto the machine of whoever came here by ssh; null where nobody did.
 *
 * @param path absolute.
 */
export function copyLine(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const [, , address, port] = (env['SSH_CONNECTION'] ?? '').split(' ');
  if (!/^[0-9a-fA-F.:]+$/.test(address ?? '') || !/^\d+$/.test(port ?? '')) return null;
  const user = /^[\w.-]+$/.exec(env['USER'] ?? env['LOGNAME'] ?? '')?.[0];
  const host = address.includes(':') ? `[${address}]` : address;
  const from = `${user === undefined ? '' : `${user}@`}${host}:${path}`;
  const quoted = `'${from.replaceAll("'", `'\\''`)}'`;
  return `On your machine: scp ${port === '22' ? '' : `-P ${port} `}${quoted} .   (or the name that you reach this host by)`;
}
