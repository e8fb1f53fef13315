/**
 * What a host behind ssh costs, on the sshd of this machine: the figures of docs/design/ssh.md.
 *
 *   node bench/ssh.ts
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { putLarge } from '../src/backends/slurm/ssh/put-large.ts';
import { sshCluster } from '../src/backends/slurm/ssh/ssh-cluster.ts';
import { sha256Of } from '../src/dispatch/artifacts/manifest.ts';
import { NEVER, startTestbed } from '../test/backends/slurm/ssh/testbed.ts';

const ATTEMPTS = 1000;
const CHANGED = 10;
const RUN_BYTES = 200 * 2 ** 20;

const bed = await startTestbed();
if (bed === null) process.exit(1);
const here = join(bed.dir, 'here');
const there = join(bed.dir, 'there');
const sweepDir = join(here, 'sweeps', 's1');
mkdirSync(sweepDir, { recursive: true });
const cluster = sshCluster({
  host: 'login',
  configFile: bed.configFile,
  remoteDir: there,
  sweepDir,
  runsDir: join(here, 'runs'),
  storeDir: join(here, '.llc'),
  workerPath: bed.configFile,
});

async function timed(
  what: string,
  times: number,
  task: (i: number) => Promise<unknown>,
  prepare: (i: number) => void = () => {},
) {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    prepare(i);
    const since = performance.now();
    await task(i);
    ms.push(performance.now() - since);
  }
  ms.sort((a, b) => a - b);
  const at = (share: number) => (ms[Math.floor(share * (ms.length - 1))] ?? 0).toFixed(1);
  console.log(`${what.padEnd(48)} median ${at(0.5)} ms, 90 % ${at(0.9)} ms, of ${times}`);
  return Number(at(0.5));
}

const asked = { signal: NEVER, limitMs: 60_000 };
await timed('connection, facts and the first command', 1, () => cluster.run(['true'], asked));
await timed('one command', 200, () => cluster.run(['true'], asked));
await timed('30 commands at once', 10, () =>
  Promise.all(Array.from({ length: 30 }, () => cluster.run(['true'], asked))),
);

const names = Array.from({ length: ATTEMPTS }, (_, i) => join('jobs', `job-${i}`, 'attempt-1'));
const dirs = names.map((name) => join(sweepDir, name));
for (const dir of dirs) {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'payload.json'), JSON.stringify({ text: 'x'.repeat(1500) }));
}
await timed(`publish ${ATTEMPTS} payloads`, 3, () =>
  cluster.publish(
    dirs.map((dir) => join(dir, 'payload.json')),
    NEVER,
  ),
);
const write = (name: string, i: number) =>
  writeFileSync(join(cluster.pathOf(sweepDir), name, 'progress.json'), `{"beat":${i}}`.padEnd(600));
for (const name of names) {
  const dir = join(cluster.pathOf(sweepDir), name);
  writeFileSync(join(dir, 'hello.json'), '{}'.padEnd(500));
  writeFileSync(join(dir, 'stdout.log'), 'a line\n');
  writeFileSync(join(dir, 'stderr.log'), '');
  write(name, 0);
}
await timed(`news of ${ATTEMPTS} attempts, all new`, 1, () => cluster.fetchNews(dirs, NEVER));
await timed('  nothing has changed', 20, () => cluster.fetchNews(dirs, NEVER));
const news = () => cluster.fetchNews(dirs, NEVER);
await timed(`  ${CHANGED} of them have`, 20, news, (i) => {
  for (const name of names.slice(0, CHANGED)) {
    write(name, i + 1);
    appendFileSync(join(cluster.pathOf(sweepDir), name, 'stdout.log'), 'another line\n');
  }
});
await timed('  all of them have', 5, news, (i) => {
  for (const name of names) write(name, i + 100);
});

const run = join(there, 'runs', '0123456789ab');
mkdirSync(run, { recursive: true });
const files = {
  'config.json': '{}',
  'metrics.json': '{}',
  'hmc.nc': Buffer.alloc(RUN_BYTES, 'abc'),
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(run, name), content);
const listed = Object.entries(files).map(([name, content]) => [
  name,
  { sha256: sha256Of(content), bytes: Buffer.byteLength(content) },
]);
writeFileSync(
  join(run, 'manifest.json'),
  JSON.stringify({ run_id: '0123456789ab', files: Object.fromEntries(listed) }),
);
const pullMs = await timed('a run of 200 MiB is pulled', 3, (i) =>
  (cluster.storage as NonNullable<typeof cluster.storage>).pull(
    ['0123456789ab'],
    join(here, `runs-${i}`),
    NEVER,
  ),
);
console.log(`  ${(RUN_BYTES / 2 ** 20 / (pullMs / 1000)).toFixed(0)} MiB/s`);
const link = bed.link('login');
const putMs = await timed('its draws are put there', 3, (i) =>
  putLarge(link, join(run, 'hmc.nc'), join(there, `large-${i}`), 0o644, NEVER),
);
console.log(`  ${(RUN_BYTES / 2 ** 20 / (putMs / 1000)).toFixed(0)} MiB/s`);
await cluster.close();
await bed.stop();
