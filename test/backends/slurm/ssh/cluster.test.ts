import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/backends/slurm/cluster.ts';
import { ownNode } from '../../../../src/backends/slurm/ssh/find-node.ts';
import { gpuLibraryThere } from '../../../../src/backends/slurm/ssh/gpu-library-there.ts';
import { learnFacts } from '../../../../src/backends/slurm/ssh/host-facts.ts';
import { programThere } from '../../../../src/backends/slurm/ssh/program-there.ts';
import { putLarge } from '../../../../src/backends/slurm/ssh/put-large.ts';
import { remoteLayout } from '../../../../src/backends/slurm/ssh/remote-layout.ts';
import { sshCluster } from '../../../../src/backends/slurm/ssh/ssh-cluster.ts';
import { sha256Of } from '../../../../src/dispatch/artifacts/manifest.ts';
import {
  bindingFile,
  bindingPlatform,
  findBinding,
} from '../../../../src/dispatch/gpu/gpu-binding.ts';
import { mountSmallDisc } from '../../../fixtures/small-disc.ts';
import { NEVER, startTestbed, type Testbed, untilWell } from './testbed.ts';

const testbed = await startTestbed();
const NODE_24 = join(process.cwd(), 'node_modules/node/bin/node');

describe.skipIf(testbed === null)('a cluster behind ssh', () => {
  const bed = testbed as Testbed;
  let made = 0;
  let here: string;
  let there: string;
  let sweepDir: string;
  let cluster: Cluster;
  const clusters: Cluster[] = [];
  beforeAll(() => {
    writeFileSync(join(bed.dir, 'worker.js'), 'console.log("a worker")\n');
  });
  beforeEach(() => {
    here = join(bed.dir, `here-${++made}`);
    there = join(bed.dir, `there-${made}`);
    sweepDir = join(here, 'sweeps', 's1');
    put(join(sweepDir, 'slurm', 'place'), 'cafe01');
    cluster = make(there);
  });
  afterAll(async () => {
    await Promise.all(clusters.map((one) => one.close()));
    await bed.stop();
  });

  function make(remoteDir: string, remoteNode = NODE_24): Cluster {
    const one = sshCluster({
      host: 'login',
      configFile: bed.configFile,
      remoteDir,
      remoteNode,
      sweepDir,
      runsDir: join(here, 'runs'),
      storeDir: join(here, '.llc'),
      workerPath: join(bed.dir, 'worker.js'),
    });
    clusters.push(one);
    return one;
  }

  function put(path: string, content: string | Buffer): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }

  describe('the program', () => {
    test('the worker is put there once a version, under its hash', async () => {
      const { worker, node } = await cluster.program(NEVER);
      expect(node).toBe(NODE_24);
      expect(worker).toMatch(new RegExp(`^${there}/worker/[0-9a-f]{12}/worker\\.js$`));
      expect(readFileSync(worker, 'utf8')).toBe('console.log("a worker")\n');
      const { ino } = statSync(worker);
      await make(there).program(NEVER);
      expect(statSync(worker).ino).toBe(ino);
      writeFileSync(worker, 'something else');
      await make(there).program(NEVER);
      expect(readFileSync(worker, 'utf8')).toBe('console.log("a worker")\n');
    });

    test('the library for GPUs is put above the workers once, and only where it can be loaded', async () => {
      await cluster.lendGpuLibrary(NEVER);
      const file = bindingFile(bindingPlatform() ?? '');
      const path = join(there, 'worker', file);
      expect(readFileSync(path)).toEqual(readFileSync(findBinding(bindingPlatform() ?? '') ?? ''));
      const { ino } = statSync(path);
      await make(there).lendGpuLibrary(NEVER);
      expect(statSync(path).ino).toBe(ino);

      const link = bed.link('login');
      const layout = remoteLayout(join(there, 'other'), 's1');
      const put = async (change: object) =>
        gpuLibraryThere(link, layout, { ...(await learnFacts(link, NEVER)), ...change }, NEVER);
      await expect(put({ glibc: '2.28' })).rejects.toThrow(/needs glibc 2\.34; login has 2\.28/);
      await expect(put({ system: 'Linux ppc64le' })).rejects.toThrow(
        'no library for GPUs of login',
      );
      expect(existsSync(join(there, 'other'))).toBe(false);
    });

    test('a Node that was named and is none is refused', async () => {
      await expect(make(there, '/bin/true').program(NEVER)).rejects.toMatchObject({
        code: 69,
        message: expect.stringContaining('--remote-node=/bin/true is no Node 24 or newer on login'),
      });
      await expect(make(there, '~/none').program(NEVER)).rejects.toThrow('none was found');
    });

    test('a host without Node is lent ours where that runs', async () => {
      const link = bed.link('login');
      const facts = { ...(await learnFacts(link, NEVER)), environment: 'PATH=/usr/bin:/bin' };
      const layout = remoteLayout(there, 's1');
      const fake = join(bed.dir, 'own-node');
      writeFileSync(fake, '#!/bin/sh\necho v24.99.0\n');
      const own = { ...ownNode(), path: fake, version: '24.99.0' };
      const workerPath = join(bed.dir, 'worker.js');
      const lend = (given: typeof facts, lent = own) =>
        programThere(link, layout, given, workerPath, null, NEVER, lent);

      await expect(lend({ ...facts, system: 'Linux aarch64x' })).rejects.toThrow(
        'this one cannot be lent: it is a Linux aarch64x',
      );
      await expect(lend({ ...facts, glibc: '2.17' })).rejects.toThrow('glibc 2.17 is older');
      await expect(lend(facts, { ...own, path: '/bin/false' })).rejects.toThrow(
        'its copy does not run there',
      );
      const { node } = await lend(facts);
      expect(node).toBe(join(there, 'node', '24.99.0', 'bin', 'node'));
      expect(statSync(node).mode & 0o777).toBe(0o755);
      // Found the next time, and behind the host's own.
      expect((await lend(facts)).node).toBe(node);
      mkdirSync(join(bed.dir, 'bin'), { recursive: true });
      writeFileSync(join(bed.dir, 'bin', 'node'), '#!/bin/sh\necho v25.0.0\n', { mode: 0o755 });
      const environment = `PATH=${join(bed.dir, 'bin')}:/usr/bin:/bin`;
      expect((await lend({ ...facts, environment })).node).toBe(join(bed.dir, 'bin', 'node'));
    });

    test('an upload that is broken off goes on from where it was, and is verified', async () => {
      const large = Buffer.alloc(32 * 2 ** 20, 'numbers that repeat 0123456789');
      const from = join(bed.dir, 'large');
      writeFileSync(from, large);
      const to = join(there, 'node', 'x', 'large');
      const link = bed.link('login');
      const first = putLarge(link, from, to, 0o755, NEVER);
      const broken = expect(first).rejects.toMatchObject({ code: 75 });
      const part = `${to}.part`;
      while (!existsSync(part) || statSync(part).size < 2 ** 20) await sleep(1);
      bed.killSessions();
      await broken;
      const left = statSync(part).size;
      expect(left).toBeLessThan(large.length);
      expect(existsSync(to)).toBe(false);
      let smallest = left;
      const looking = setInterval(() => {
        if (existsSync(part)) smallest = Math.min(smallest, statSync(part).size);
      }, 1);
      await untilWell(() => putLarge(link, from, to, 0o755, NEVER));
      clearInterval(looking);
      expect(smallest).toBe(left);
      expect(readFileSync(to).equals(large)).toBe(true);
      // What is wrong in the part that was there is found out, and all is sent anew.
      put(part, 'wrong from the first byte');
      await putLarge(link, from, to, 0o755, NEVER);
      expect(readFileSync(to).equals(large)).toBe(true);
      expect(existsSync(part)).toBe(false);
    });
  });

  test('an upload that is called off tells how far it has come', async () => {
    const from = join(bed.dir, 'called-off');
    writeFileSync(from, Buffer.alloc(64 * 2 ** 20));
    const to = join(there, 'called-off');
    const over = new AbortController();
    const putting = putLarge(bed.link('login'), from, to, 0o755, over.signal);
    const ended = expect(putting).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(
        /^called-off is being copied to login: \d+ MiB of 64 MiB are there/,
      ),
    });
    while (!existsSync(`${to}.part`) || statSync(`${to}.part`).size < 2 ** 20) await sleep(1);
    over.abort();
    await ended;
  });

  describe('files of the sweep', () => {
    test('have their likes there, and nothing else has', async () => {
      expect(cluster.pathOf(join(sweepDir, 'jobs', 'a'))).toBe(
        join(there, 'sweeps/s1-cafe01/jobs/a'),
      );
      expect(cluster.pathOf(sweepDir)).toBe(join(there, 'sweeps/s1-cafe01'));
      expect(cluster.pathOf(join(here, 'runs'))).toBe(join(there, 'runs'));
      expect(cluster.pathOf(join(here, '.llc'))).toBe(join(there, '.llc'));
      expect(() => cluster.pathOf(join(here, 'elsewhere'))).toThrow('no file of the sweep');
      expect(() => cluster.pathOf(join(sweepDir, '..', 's2'))).toThrow('no file of the sweep');
    });

    test('sweeps of the same name from different places have different folders, the same for every process', async () => {
      const of = (dir: string) =>
        sshCluster({
          host: 'login',
          configFile: bed.configFile,
          remoteDir: there,
          sweepDir: dir,
          runsDir: join(here, 'runs'),
          storeDir: join(here, '.llc'),
          workerPath: join(bed.dir, 'worker.js'),
        }).pathOf(dir);
      const [one, other] = ['a', 'b'].map((place) => join(here, place, 'sweeps', 's1')) as [
        string,
        string,
      ];
      for (const dir of [one, other]) mkdirSync(dir, { recursive: true });
      expect(of(one)).toMatch(/\/sweeps\/s1-[0-9a-f]{6}$/);
      expect(of(one)).toBe(of(one));
      expect(of(other)).not.toBe(of(one));
      // Nothing is made where no sweep has begun.
      expect(of(join(here, 'c', 'none'))).toBe(join(there, 'sweeps', 'none'));
      expect(existsSync(join(here, 'c'))).toBe(false);
    });

    test('below the home directory they are known once the host was reached', async () => {
      const atHome = make('~/work/llc');
      expect(() => atHome.pathOf(sweepDir)).toThrow('once it has been reached');
      await atHome.run(['true'], { signal: NEVER, limitMs: 9000 });
      expect(atHome.pathOf(sweepDir)).toBe(join(bed.dir, 'home/work/llc/sweeps/s1-cafe01'));
    });

    test('are published whole, with their modes; payloads name the folders of there', async () => {
      const payload = join(sweepDir, 'jobs', 'a b', 'attempt-1', 'payload.json');
      put(payload, JSON.stringify({ runsDir: '/x/runs', storeDir: '/x/.llc', owner: 'ö' }));
      const script = join(sweepDir, 'slurm', 'one', 'array.sh');
      put(script, '#!/bin/sh\n');
      chmodSync(script, 0o755);
      await cluster.publish([payload, script], NEVER);
      const there1 = cluster.pathOf(payload);
      expect(JSON.parse(readFileSync(there1, 'utf8'))).toEqual({
        runsDir: join(there, 'runs'),
        storeDir: join(there, '.llc'),
        owner: 'ö',
      });
      expect(statSync(cluster.pathOf(script)).mode & 0o777).toBe(0o755);
      // Again, over what is there; nothing temporary stays.
      await cluster.publish([payload], NEVER);
      expect(readdirSync(join(there1, '..'))).toEqual(['payload.json']);
    });

    test('many are published at once', async () => {
      const payloads = Array.from({ length: 300 }, (_, i) =>
        join(sweepDir, 'jobs', `j${i}`, 'attempt-1', 'payload.json'),
      );
      for (const path of payloads) put(path, '{}');
      await cluster.publish(payloads, NEVER);
      for (const path of payloads) expect(existsSync(cluster.pathOf(path))).toBe(true);
    });

    test('a full disc there is said to be full', async (context) => {
      const disc = mountSmallDisc(bed.dir, '256k');
      if (disc === null) return context.skip('a small file system cannot be mounted here');
      try {
        const file = join(sweepDir, 'jobs', 'a', 'payload.bin');
        put(file, Buffer.alloc(2 ** 20));
        await expect(make(disc.path).publish([file], NEVER)).rejects.toMatchObject({
          code: 75,
          message: expect.stringMatching(/The disc of login:\S+ is full/),
        });
      } finally {
        disc.unmount();
      }
    });
  });

  describe('news', () => {
    let attempt: string;
    let attemptThere: string;
    const fetch = () => cluster.fetchNews([attempt], NEVER);
    beforeEach(() => {
      attempt = join(sweepDir, 'jobs', 'a', 'attempt-1');
      attemptThere = join(there, 'sweeps', 's1-cafe01', 'jobs', 'a', 'attempt-1');
      mkdirSync(attempt, { recursive: true });
    });

    test('there are none before anything is there', async () => {
      await fetch();
      expect(readdirSync(attempt)).toEqual([]);
    });

    test('words of the worker, logs and marks of ends come as they change', async () => {
      put(join(attemptThere, 'hello.json'), '{"a":1}');
      put(join(attemptThere, 'hello.2.json'), '{"a":2}');
      put(join(attemptThere, 'progress.json'), '{"beat":1}');
      put(join(attemptThere, 'checkpoint.bin'), 'stays there');
      put(join(attemptThere, 'stdout.log'), 'one\n');
      put(join(there, 'sweeps/s1-cafe01/slurm/ends/4711_0.0'), '{"state":"ended"}');
      put(join(there, 'sweeps/s1-cafe01/slurm/ends/4711_0.1.new'), 'half');
      put(join(there, 'sweeps/s1-cafe01/slurm/llc-s1/0.log'), 'slurmstepd: error');
      await fetch();
      expect(readdirSync(attempt).sort()).toEqual([
        'hello.2.json',
        'hello.json',
        'progress.json',
        'stdout.log',
      ]);
      const read = (name: string) => readFileSync(join(attempt, name), 'utf8');
      expect(read('hello.json')).toBe('{"a":1}');
      expect(readdirSync(join(sweepDir, 'slurm/ends'))).toEqual(['4711_0.0']);
      expect(readFileSync(join(sweepDir, 'slurm/llc-s1/0.log'), 'utf8')).toBe('slurmstepd: error');

      const { ino } = statSync(join(attempt, 'hello.json'));
      put(join(attemptThere, 'progress.json'), '{"beat":2}');
      put(join(attemptThere, 'stdout.log'), 'one\ntwo\n');
      put(join(attemptThere, 'result.json'), '{"status":"ok"}');
      await fetch();
      expect(statSync(join(attempt, 'hello.json')).ino).toBe(ino);
      expect(read('progress.json')).toBe('{"beat":2}');
      expect(read('stdout.log')).toBe('one\ntwo\n');
      expect(read('result.json')).toBe('{"status":"ok"}');

      // A later process fetches only what is not here yet.
      cluster = make(there);
      put(join(attemptThere, 'stdout.log'), 'one\ntwo\nthree\n');
      await fetch();
      expect(statSync(join(attempt, 'hello.json')).ino).toBe(ino);
      expect(read('stdout.log')).toBe('one\ntwo\nthree\n');
    });

    test('of a log that grows fast the end comes, and a word of where the rest is', async () => {
      const lines = (count: number) => 'a line of this log\n'.repeat(count);
      put(join(attemptThere, 'stderr.log'), lines(100));
      await fetch();
      put(join(attemptThere, 'stderr.log'), `${lines(100_000)}the end\n`);
      await fetch();
      const log = readFileSync(join(attempt, 'stderr.log'), 'utf8');
      expect(log).toMatch(/^\[the first \d+ bytes are in login:\S+stderr\.log\]\n/);
      expect(log).toMatch(/\nthe end\n$/);
      expect(log.length).toBeLessThan(300 * 1024);
      put(join(attemptThere, 'stderr.log'), 'begun anew\n');
      await fetch();
      expect(readFileSync(join(attempt, 'stderr.log'), 'utf8')).toBe('begun anew\n');
    });

    test('links, folders and what is far too large are left there', async () => {
      put(join(bed.dir, 'secret'), 'not for llc');
      mkdirSync(attemptThere, { recursive: true });
      symlinkSync(join(bed.dir, 'secret'), join(attemptThere, 'progress.json'));
      mkdirSync(join(attemptThere, 'result.json'));
      put(join(attemptThere, 'hello.json'), Buffer.alloc(2 ** 20 + 1));
      await fetch();
      expect(readdirSync(attempt)).toEqual([]);
    });

    test('a link that is lost meanwhile is an error, and the next call brings all', async () => {
      put(join(attemptThere, 'trace.json'), Buffer.alloc(2 ** 22, 'x'));
      put(join(attemptThere, 'result.json'), '{"status":"ok"}');
      await cluster.run(['true'], { signal: NEVER, limitMs: 9000 });
      const fetching = fetch();
      bed.killSessions();
      await expect(fetching).rejects.toMatchObject({ code: 75 });
      await untilWell(fetch);
      expect(readFileSync(join(attempt, 'trace.json')).length).toBe(2 ** 22);
    });

    test('a folder that is none of the sweep is refused', async () => {
      await expect(cluster.fetchNews([here], NEVER)).rejects.toThrow('no attempt of the sweep');
    });
  });

  describe('runs that lie there', () => {
    const DRAWS = Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * 7919) % 251));

    function store(runId: string, files: Record<string, Buffer | string>): void {
      for (const [name, content] of Object.entries(files))
        put(join(there, 'runs', runId, name), content);
      const listed = Object.fromEntries(
        Object.entries(files).map(([name, content]) => [
          name,
          { sha256: sha256Of(content), bytes: Buffer.byteLength(content) },
        ]),
      );
      const manifest = JSON.stringify({ run_id: runId, files: listed });
      put(join(there, 'runs', runId, 'manifest.json'), manifest);
    }
    const whole = { 'config.json': '{}', 'metrics.json': '{}', 'hmc.nc': DRAWS };
    const storage = () => cluster.storage as NonNullable<Cluster['storage']>;

    test('are listed with their sizes and times; half ones and strange names are not', async () => {
      expect(await storage().list(NEVER)).toEqual([]);
      store('0123456789ab', whole);
      put(join(there, 'runs', 'ba9876543210', 'config.json'), '{}');
      put(join(there, 'runs', 'notes', 'manifest.json'), '{}');
      const [run, ...more] = await storage().list(NEVER);
      expect(more).toEqual([]);
      expect(run).toMatchObject({ runId: '0123456789ab' });
      expect(run?.bytes).toBeGreaterThan(DRAWS.length);
      expect(Math.abs(Date.parse(run?.modified ?? '') - Date.now())).toBeLessThan(60_000);
    });

    test('come whole, telling how far they are', async () => {
      store('0123456789ab', whole);
      const told: number[] = [];
      const answers = await storage().pull(
        ['0123456789ab', 'aaaaaaaaaaaa', '../x'],
        join(here, 'runs'),
        NEVER,
        (_, bytes) => told.push(bytes),
      );
      expect(answers).toMatchObject([null, { errorType: 'lost' }, { errorType: 'lost' }]);
      expect(readFileSync(join(here, 'runs', '0123456789ab', 'hmc.nc')).equals(DRAWS)).toBe(true);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(readdirSync(join(here, 'runs'))).toEqual(['0123456789ab']);
    });

    test('a pull that is broken off goes on from there', async () => {
      const large = Buffer.concat(Array.from({ length: 40 }, () => DRAWS));
      store('0123456789ab', { ...whole, 'hmc.nc': large });
      const target = join(here, 'runs');
      let killedAt = 0;
      const [failure] = await storage().pull(['0123456789ab'], target, NEVER, (_, bytes) => {
        if (killedAt > 0 || bytes < 2 ** 21) return;
        killedAt = bytes;
        bed.killSessions();
      });
      expect(failure).toMatchObject({ stage: 'collect', errorType: 'unavailable' });
      expect(failure?.error).toMatch(/connection was lost after \d+ of \d+ bytes/);
      expect(existsSync(join(target, '0123456789ab'))).toBe(false);
      const told: number[] = [];
      const again = () =>
        storage().pull(['0123456789ab'], target, NEVER, (_, bytes) => told.push(bytes));
      expect(await untilWell(again)).toEqual([null]);
      expect(told[0]).toBeGreaterThanOrEqual(killedAt);
      expect(readFileSync(join(target, '0123456789ab', 'hmc.nc')).equals(large)).toBe(true);
    });

    test('bytes that are not those of the manifest are thrown away', async () => {
      store('0123456789ab', whole);
      put(join(there, 'runs', '0123456789ab', 'hmc.nc'), Buffer.alloc(DRAWS.length));
      const [failure] = await storage().pull(['0123456789ab'], join(here, 'runs'), NEVER);
      expect(failure?.error).toContain('not those of its manifest');
      expect(existsSync(join(here, 'runs', '0123456789ab'))).toBe(false);
    });

    test('a manifest whose names lead elsewhere, and links in place of files, are no run', async () => {
      for (const [i, name] of ['../../escape', '/etc/passwd', '.hidden', 'a/b'].entries()) {
        const runId = `00000000000${i}`;
        store(runId, { 'config.json': '{}', 'metrics.json': '{}' });
        const manifest = join(there, 'runs', runId, 'manifest.json');
        const { files } = JSON.parse(readFileSync(manifest, 'utf8'));
        files[name] = { sha256: sha256Of('x'), bytes: 1 };
        writeFileSync(manifest, JSON.stringify({ run_id: runId, files }));
        const [failure] = await storage().pull([runId], join(here, 'runs'), NEVER);
        expect(failure?.errorType).toBe('lost');
      }
      store('0123456789ab', { 'config.json': '{}', 'metrics.json': '{}', x: 'secret' });
      const linked = join(there, 'runs', 'ba9876543210');
      mkdirSync(linked);
      for (const name of ['config.json', 'metrics.json', 'x', 'manifest.json'])
        symlinkSync(join(there, 'runs', '0123456789ab', name), join(linked, name));
      const [failure] = await storage().pull(['ba9876543210'], join(here, 'runs'), NEVER);
      expect(failure?.errorType).toBe('lost');
      expect(existsSync(join(here, 'runs'))).toBe(false);
    });

    test('are removed without following links; one that is gone counts as removed', async () => {
      store('0123456789ab', whole);
      put(join(bed.dir, 'kept', 'file'), 'kept');
      symlinkSync(join(bed.dir, 'kept'), join(there, 'runs', '0123456789ab', 'link'));
      symlinkSync(join(bed.dir, 'kept'), join(there, 'runs', 'bbbbbbbbbbbb'));
      const answers = await storage().remove(
        ['0123456789ab', 'bbbbbbbbbbbb', 'cccccccccccc', '../kept'],
        NEVER,
      );
      expect(answers).toMatchObject([
        null,
        { errorType: 'unavailable', error: expect.stringContaining('a link') },
        null,
        { errorType: 'lost' },
      ]);
      expect(readdirSync(join(there, 'runs'))).toEqual(['bbbbbbbbbbbb']);
      expect(readdirSync(join(there, '.llc', 'staging'))).toEqual([]);
      expect(readFileSync(join(bed.dir, 'kept', 'file'), 'utf8')).toBe('kept');
    });
  });
});

test('a host without access to files is told so', async (context) => {
  const bare = await startTestbed({ SFTP: 'no' });
  if (bare === null) return context.skip('no sshd');
  try {
    const link = bare.link('login');
    await expect(link.files(async () => {}, NEVER)).rejects.toMatchObject({
      code: 75,
      message: expect.stringContaining('gives no access to files by SFTP'),
    });
  } finally {
    await bare.stop();
  }
});
