import { isAbsolute, posix, relative } from 'node:path';
import { LlcError } from '../../../dispatch/errors.ts';

/** The folders here that have their likes there. */
export interface HereDirs {
  readonly sweepDir: string;
  readonly runsDir: string;
  readonly storeDir: string;
}

/**
 * What files are called on a host behind ssh.
 *
 * ```
 * <remote-dir>/worker/<hash>/worker.js   once a version
 *              worker/webgpu-….node         what they reach GPUs by, where a GPU mode was asked for
 *              node/<version>/bin/node    where the host has none that is new enough
 *              sweeps/<sweep_id>-<place>/…  as here; see `sweepNameThere`
 *              runs/  .llc/               as here
 * ```
 *
 * @param root - absolute, as the host calls it
 */
export function remoteLayout(root: string, sweepName: string) {
  return {
    root,
    worker: (hash: string) => posix.join(root, 'worker', hash, 'worker.js'),
    library: (file: string) => posix.join(root, 'worker', file),
    node: (version: string) => posix.join(root, 'node', version, 'bin', 'node'),
    sweep: posix.join(root, 'sweeps', sweepName),
    runs: posix.join(root, 'runs'),
    store: posix.join(root, '.llc'),
    staging: posix.join(root, '.llc', 'staging'),
  } as const;
}

export type RemoteLayout = ReturnType<typeof remoteLayout>;

/**
 * The folder on the host, absolute.
 *
 * @param remoteDir - as the user gave it: absolute, `~/…`, or below the home directory
 * @throws LlcError 64 for the home of somebody else
 */
export function remoteRoot(remoteDir: string, home: string): string {
  if (/^~[^/]/.test(remoteDir))
    throw new LlcError(
      64,
      `--remote-dir=${remoteDir}: the home of another user is not looked up.`,
      'Give it as an absolute path.',
    );
  return posix.resolve(home, remoteDir.replace(/^~\/?/, ''));
}

/**
 * What the host calls a file or folder of a sweep.
 *
 * @param path - absolute, as it is called here
 * @throws LlcError 70 where it lies in none of the folders
 */
export function pathThere(path: string, here: HereDirs, there: RemoteLayout): string {
  // The sweep first: it may lie below one of the others.
  const folders = [
    [here.sweepDir, there.sweep],
    [here.runsDir, there.runs],
    [here.storeDir, there.store],
  ] as const;
  for (const [from, to] of folders) {
    const below = relative(from, path);
    const isBelow = below !== '..' && !below.startsWith('../') && !isAbsolute(below);
    if (isBelow) return posix.join(to, ...below.split(/[/\\]/));
  }
  throw new LlcError(70, `${path} is no file of the sweep in ${here.sweepDir}.`);
}

/** `payload.json` as the worker there is to read it. */
export function payloadThere(text: string, there: RemoteLayout): string {
  const payload = { ...JSON.parse(text), runsDir: there.runs, storeDir: there.store };
  return `${JSON.stringify(payload, null, 2)}\n`;
}
