import { readFile } from 'node:fs/promises';

/** A file with a key of the user's. */
export interface Identity {
  readonly path: string;
  /** The public key's bytes; null where only the passphrase would tell. */
  readonly blob: Buffer | null;
  /** The private key as the file has it; null where it holds a public key, whose private one an agent has. */
  readonly key: Buffer | null;
  readonly isLocked: boolean;
}

/** Larger files hold no key. */
const BYTES_LIMIT = 2 ** 16;

/** The keys of these files, in order; files that are not there, or hold none, are left out. */
export async function readIdentities(paths: readonly string[]): Promise<readonly Identity[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(path).catch(() => null);
      if (bytes === null || bytes.length > BYTES_LIMIT) return null;
      const beside = await readFile(`${path}.pub`, 'latin1').catch(() => '');
      return identityOf(path, bytes, beside);
    }),
  );
  return found.filter((identity) => identity !== null);
}

/**
 * @param bytes - of the file
 * @param beside - text of the public key beside it; empty for none
 */
export function identityOf(path: string, bytes: Buffer, beside: string): Identity | null {
  const text = bytes.toString('latin1');
  const publicKey = publicBlob(text);
  if (publicKey !== null) return { path, blob: publicKey, key: null, isLocked: false };
  const openssh = readOpenSsh(text);
  if (openssh !== null) return { path, key: bytes, ...openssh };
  if (!/^-----BEGIN .*PRIVATE KEY-----/m.test(text)) return null;
  const isLocked = /^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED/m.test(text);
  return { path, blob: publicBlob(beside), key: bytes, isLocked };
}

function publicBlob(text: string): Buffer | null {
  const [, key] = /^(?:ssh|ecdsa|sk)-[\w@.-]+ ([A-Za-z0-9+/=]+)/.exec(text) ?? [];
  return key === undefined ? null : Buffer.from(key, 'base64');
}

const MAGIC = 'openssh-key-v1\0';

/** OpenSSH's own form (its PROTOCOL.key): cipher, key derivation and its options, how many keys, then the public ones. */
function readOpenSsh(text: string): Pick<Identity, 'blob' | 'isLocked'> | null {
  const [, body] =
    /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/.exec(text) ??
    [];
  const bytes = Buffer.from(body ?? '', 'base64');
  if (!bytes.toString('latin1').startsWith(MAGIC)) return null;
  let at = MAGIC.length;
  const next = () => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  try {
    const cipher = next().toString('latin1');
    next();
    next();
    at += 4;
    return { blob: Buffer.from(next()), isLocked: cipher !== 'none' };
  } catch {
    return null;
  }
}
