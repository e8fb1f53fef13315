import { LlcError } from '../errors.ts';

/** A failed write of a file that a command or a sweep cannot do without, as what stops it. */
export function cannotWrite(what: string, path: string, error: unknown): LlcError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [why, hint] = REASONS[code] ?? [message, 'Check the disc, then go on with this sweep.'];
  return new LlcError(75, `Cannot write ${what} ${path}: ${why}.`, hint, { cause: error });
}

const FULL = ['the disc or the quota is full', 'Free space, then go on with this sweep.'] as const;
const FORBIDDEN = [
  'writing is not permitted',
  'Use a directory that you may write to, on a disc that is not read-only.',
] as const;
const REASONS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  // What Node makes of a folder that cannot be made on a read-only disc.
  ENOENT: ['its folder cannot be made', FORBIDDEN[1]],
};
