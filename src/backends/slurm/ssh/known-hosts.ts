import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A key that a host shows, or is known by. */
export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  readonly blob: Buffer;
}

/** What known_hosts says of the key that a host shows. */
export type HostVerdict =
  | { readonly kind: 'known' }
  /** No key of this host, or none of this type; `types` are those that are known. */
  | { readonly kind: 'unknown'; readonly types: readonly string[] }
  /** Another key of this type is known. */
  | { readonly kind: 'changed'; readonly where: string }
  | { readonly kind: 'revoked'; readonly where: string }
  /** The host is known by a certificate authority alone. */
  | { readonly kind: 'authority'; readonly where: string };

export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

interface Entry {
  readonly marker: string | null;
  readonly patterns: string;
  readonly key: HostKey;
  /** `path:line` */
  readonly where: string;
}

/** The name under which known_hosts keeps a host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function knownHostName(hostName: string, port: number, alias: string | null): string {
  const name = (alias ?? hostName).toLowerCase();
  return alias !== null || port === 22 ? name : `[${name}]:${port}`;
}

/** Compares the key that a host shows with those it is known by. A revoked key is refused whatever else is said. */
export function judgeHostKey(
  files: readonly KnownHostsFile[],
  name: string,
  shown: HostKey,
): HostVerdict {
  const entries = entriesFor(files, name);
  const same = entries.filter(({ key }) => key.blob.equals(shown.blob));
  const revoked = same.find(({ marker }) => marker === '@revoked');
  if (revoked) return { kind: 'revoked', where: revoked.where };
  const plain = entries.filter(({ marker }) => marker === null);
  if (plain.some((entry) => same.includes(entry))) return { kind: 'known' };
  const other = plain.find(({ key }) => key.type === shown.type);
  if (other) return { kind: 'changed', where: other.where };
  const authority = entries.find(({ marker }) => marker === '@cert-authority');
  if (authority && plain.length === 0) return { kind: 'authority', where: authority.where };
  return { kind: 'unknown', types: plain.map(({ key }) => key.type) };
}

/** Types of the keys that a host is known by: it is asked for one of these, lest it show another. */
export function knownKeyTypes(files: readonly KnownHostsFile[], name: string): readonly string[] {
  const plain = entriesFor(files, name).filter(({ marker }) => marker === null);
  return [...new Set(plain.map(({ key }) => key.type))];
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint({ blob }: Pick<HostKey, 'blob'>): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The type stands in front of a key's own bytes (RFC 4253, 6.6). */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return { type: blob.subarray(4, 4 + Math.min(length, 100)).toString('latin1'), blob };
}

function entriesFor(files: readonly KnownHostsFile[], name: string): readonly Entry[] {
  return files.flatMap(readEntries).filter(({ patterns }) => isMeant(patterns, name));
}

function readEntries({ path, text }: KnownHostsFile): Entry[] {
  return text.split('\n').flatMap((line, i) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? (words.shift() as string) : null;
    const [patterns, type, key] = words;
    if (patterns === undefined || patterns.startsWith('#') || type === undefined) return [];
    if (key === undefined) return [];
    const blob = Buffer.from(key, 'base64');
    return [{ marker, patterns, key: { type, blob }, where: `${path}:${i + 1}` }];
  });
}

function isMeant(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return isHashOf(patterns, name);
  let meant = false;
  for (const pattern of patterns.toLowerCase().split(',')) {
    if (pattern.startsWith('!') && matches(pattern.slice(1), name)) return false;
    meant ||= matches(pattern, name);
  }
  return meant;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name with the salt as key. */
function isHashOf(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` stands for any text, `?` for any one character. */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
