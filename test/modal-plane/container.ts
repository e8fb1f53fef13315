import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes a root of its own in a mount namespace of its own: the machine's programs, a private /tmp, the image's
 * folders, the volume at its path. $1 is the root, $2 the folders to bind as `from:to` lines; the rest is run.
 */
const SCRIPT = `set -e
root=$1; binds=$2; shift 2
mkdir -p "$root/tmp"
for name in usr etc proc dev bin sbin lib lib64; do
  [ -e "/$name" ] || continue
  if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"
  else mkdir -p "$root/$name"; mount --rbind "/$name" "$root/$name"; fi
done
echo "$binds" | while IFS=: read -r from to; do
  mkdir -p "$root$to"; mount --bind "$from" "$root$to"
done
exec chroot "$root" "$@"`;

/** Whether this machine lets us make containers; tests say so where it does not. */
export function canMakeContainers(): boolean {
  return (
    process.platform === 'linux' &&
    spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0
  );
}

export interface ContainerRequest {
  /** A folder of the container's own. */
  readonly dir: string;
  /** The image's files. */
  readonly imageDir: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where folders of this machine are seen: path inside by path here. */
  readonly mounts: Readonly<Record<string, string>>;
}

/** Starts a container: a real process that sees its own files. It leads a process group. */
export function startContainer(request: ContainerRequest): ChildProcess {
  const { dir, imageDir, command, environment, mounts } = request;
  const root = join(dir, 'root');
  mkdirSync(root, { recursive: true });
  const ofImage = readdirSync(imageDir)
    .filter((name) => lstatSync(join(imageDir, name)).isDirectory())
    .map((name) => [join(imageDir, name), `/${name}`]);
  const binds = [
    [dirname(process.execPath), '/opt/node/bin'],
    ...ofImage,
    ...Object.entries(mounts).map(([inside, here]) => [here, inside]),
  ];
  return spawn(
    'setpriv',
    [
      // A plane that is killed takes its containers with it.
      ...['--pdeathsig', 'KILL', 'unshare'],
      ...['-m', '--propagation', 'private', 'sh', '-c', SCRIPT, 'container'],
      ...[root, binds.map(([from, to]) => `${from}:${to}`).join('\n'), ...command],
    ],
    {
      detached: true,
      cwd: '/',
      env: {
        PATH: '/opt/node/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/tmp',
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
}
