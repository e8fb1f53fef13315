import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LlcError } from '../../../dispatch/errors.ts';
import { bindingFile, findBinding } from '../../../dispatch/gpu/gpu-binding.ts';
import type { HostFacts } from './host-facts.ts';
import type { Link } from './link.ts';
import { hashThere, putLarge } from './put-large.ts';
import type { RemoteLayout } from './remote-layout.ts';

/** What `uname -sm` says, and what the library's makers call it. */
const PLATFORMS: Readonly<Record<string, string>> = {
  'Linux x86_64': 'linux-x64',
  'Linux aarch64': 'linux-arm64',
};

/** The oldest C library that it loads with. */
const OLDEST_GLIBC = '2.34';

/**
 * Puts there what workers reach GPUs by, once a version: the one for the host's own kind of machine, which compute nodes
 * are taken to be of as well.
 *
 * @throws LlcError 69 where there is none for it; 75 as the link
 */
export async function gpuLibraryThere(
  link: Link,
  layout: RemoteLayout,
  { system, glibc }: HostFacts,
  signal: AbortSignal,
): Promise<void> {
  const platform = PLATFORMS[system];
  if (platform === undefined)
    throw new LlcError(
      69,
      `There is no library for GPUs of ${link.host}, which is ${system.slice(0, 60)}.`,
      'Use --gpu-mode off.',
    );
  if (glibc !== '' && isOlder(glibc, OLDEST_GLIBC))
    throw new LlcError(
      69,
      `The library for GPUs needs glibc ${OLDEST_GLIBC}; ${link.host} has ${glibc.slice(0, 20)}.`,
      'Use --gpu-mode off there.',
    );
  const library = findBinding(platform);
  if (library === null)
    throw new LlcError(
      69,
      `The library for GPUs of ${platform} is missing here.`,
      'Run npm ci where llc lies, or use --gpu-mode off.',
    );
  const path = layout.library(bindingFile(platform));
  const hash = createHash('sha256')
    .update(await readFile(library))
    .digest('hex');
  if ((await hashThere(link, path, signal)) !== hash)
    await putLarge(link, library, path, 0o644, signal);
}

/** Of versions like 2.9 and 2.34, by their numbers. */
function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}
