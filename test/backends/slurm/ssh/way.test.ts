import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { runWords } from '../../../../src/backends/slurm/ssh/run-words.ts';
import { sshLink } from '../../../../src/backends/slurm/ssh/ssh-link.ts';
import { NEVER, startTestbed, type Testbed } from './testbed.ts';

const testbed = await startTestbed();

describe.skipIf(testbed === null)('the way to a host', () => {
  const bed = testbed as Testbed;
  const asked = { signal: NEVER, limitMs: 20_000 };
  let made = 0;
  afterAll(() => bed.stop());

  /** A configuration whose first words win over those of the testbed. */
  function configured(lines: string): string {
    const path = join(bed.dir, `config-${made++}`);
    writeFileSync(path, `${lines}\n${readFileSync(bed.configFile, 'utf8')}`);
    return path;
  }

  /** Known hosts of a text. */
  function knowing(text: string): string {
    const path = join(bed.dir, `known-${made++}`);
    writeFileSync(path, text);
    return configured(`Host *\n  UserKnownHostsFile ${path}`);
  }

  function reach(host: string, configFile?: string) {
    return runWords(bed.link(host, configFile), ['echo', 'here'], '', asked);
  }

  const keyOf = (name: string) =>
    readFileSync(join(bed.dir, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const name = () => `[127.0.0.1]:${bed.port}`;

  test('leads through one jump host, or two', async () => {
    expect(await reach('behind')).toMatchObject({ stdout: 'here\n' });
    expect(await reach('far')).toMatchObject({ stdout: 'here\n' });
  });

  test('each host on it is verified', async () => {
    const known = readFileSync(join(bed.dir, 'known_hosts'), 'utf8').split('\n');
    const withoutJump = knowing(
      known.filter((line) => !line.includes(`:${bed.jumpPort}`)).join('\n'),
    );
    await expect(reach('behind', withoutJump)).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(/^The host jump \(\[127\.0\.0\.1\]:\d+\) is not known here/),
    });
  });

  test('an unknown host is refused, and it is said how to add it', async () => {
    await expect(reach('login', knowing(''))).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(/login .* is not known here: it shows ssh-ed25519 SHA256:/),
      hint: expect.stringContaining('`ssh login` once'),
    });
  });

  test('a host with another key than before is refused, and it is said loudly', async () => {
    const config = knowing(`# comment\n${name()} ${keyOf('other_key')}\n`);
    await expect(reach('login', config)).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(/THE HOST KEY OF login HAS CHANGED.*known-\d+:2 has another/),
      hint: expect.stringContaining(`ssh-keygen -R '${name()}'`),
    });
  });

  test('who tells ssh to believe unknown hosts is obeyed; a changed key is refused all the same', async () => {
    const trusting = (text: string) => {
      const path = join(bed.dir, `known-${made++}`);
      writeFileSync(path, text);
      return configured(`Host *\n  UserKnownHostsFile ${path}\n  StrictHostKeyChecking no`);
    };
    expect(await reach('login', trusting(''))).toMatchObject({ stdout: 'here\n' });
    const changed = trusting(`${name()} ${keyOf('other_key')}\n`);
    await expect(reach('login', changed)).rejects.toThrow('HAS CHANGED');
  });

  test('a revoked key is refused although it is known', async () => {
    const lines = [`${name()} ${keyOf('host_key')}`, `@revoked * ${keyOf('host_key')}`];
    await expect(reach('login', knowing(lines.join('\n')))).rejects.toThrow('is revoked by');
  });

  test('a host that a certificate authority alone vouches for is refused in words', async () => {
    const config = knowing(`@cert-authority * ${keyOf('other_key')}`);
    await expect(reach('login', config)).rejects.toThrow('certificate authority alone');
  });

  test('hashed names, several files and another file that knows nothing are all well', async () => {
    const hashed = join(bed.dir, 'hashed');
    writeFileSync(hashed, `${name()} ${keyOf('host_key')}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', hashed], { stdio: 'ignore' });
    expect(readFileSync(hashed, 'utf8')).toMatch(/^\|1\|/);
    const config = configured(
      `Host *\n  UserKnownHostsFile /dev/null ${join(bed.dir, 'absent')} ${hashed}`,
    );
    expect(await reach('login', config)).toMatchObject({ stdout: 'here\n' });
  });

  test('a host is asked for a key of the type it is known by', async () => {
    // The jump host has an ECDSA key alone, login an Ed25519 one.
    const config = knowing(`${name()} ${keyOf('jump_key')}`);
    await expect(reach('login', config)).rejects.toThrow(
      'only keys of other types are known (ecdsa-sha2-nistp256)',
    );
    expect(await reach('jump')).toMatchObject({ stdout: 'here\n' });
  });

  test('a port where nothing listens is a refused connection', async () => {
    const config = configured('Host login\n  Port 1');
    await expect(reach('login', config)).rejects.toMatchObject({
      code: 75,
      message: 'login (127.0.0.1, port 1) refuses the connection: nothing listens there.',
    });
  });

  test('so is one behind a jump host', async () => {
    const config = configured('Host behind\n  Port 1');
    await expect(reach('behind', config)).rejects.toThrow(
      /^behind \(127\.0\.0\.1, port 1, through jump\) refuses the connection/,
    );
  });

  test('a name that nobody knows is said to be unknown', async () => {
    const config = configured('Host login\n  HostName nowhere.invalid');
    await expect(reach('login', config)).rejects.toThrow(
      'The name nowhere.invalid of login is not known here.',
    );
  });

  test('a host that says nothing is given up after its time', async () => {
    const held: Socket[] = [];
    const silent = createServer((socket) => held.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const config = configured(`Host login\n  Port ${port}\n  ConnectTimeout 1`);
    await expect(reach('login', config)).rejects.toThrow('has not answered within 1 s');
    for (const socket of held) socket.destroy();
    silent.close();
  });

  test('a key that is let in nowhere is named, and what the host takes', async () => {
    const config = configured(`Host login\n  IdentityFile ${join(bed.dir, 'id_stranger')}`);
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replaceAll(join(bed.dir, 'id_plain'), '/none'),
    );
    await expect(reach('login', config)).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(
        /login does not let \S+ in: tried \S+id_stranger\. It takes: publickey\./,
      ),
    });
  });

  test('while it waits for the next try, it answers at once', async () => {
    const link = bed.link('login', configured('Host login\n  Port 1'));
    const run = () => runWords(link, ['true'], '', asked);
    await expect(run()).rejects.toThrow('refuses the connection');
    const since = performance.now();
    await expect(run()).rejects.toMatchObject({ hint: expect.stringMatching(/Next try in 1 s/) });
    expect(performance.now() - since).toBeLessThan(100);
  });

  test('a locked key without an agent is refused with what to do', async () => {
    const key = join(bed.dir, 'id_locked');
    await expect(reach('locked')).rejects.toMatchObject({
      message: expect.stringContaining(`locked by a passphrase: ${key}`),
      hint: expect.stringContaining(`ssh-add ${key}`),
    });
  });

  test('a person who is there can unlock it, after a wrong passphrase too', async () => {
    const said = ['wrong', 'open sesame'];
    const link = sshLink({
      host: 'locked',
      configFile: bed.configFile,
      askPassphrase: async () => said.shift() ?? null,
    });
    expect(await runWords(link, ['echo', 'here'], '', asked)).toMatchObject({ stdout: 'here\n' });
    await link.close();
  });

  test('the agent is asked first, and only for the keys that are meant', async () => {
    const socket = join(bed.dir, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      for (let i = 0; i < 100 && !existsSync(socket); i++) await sleep(20);
      const environment = { ...process.env, SSH_AUTH_SOCK: socket };
      // It asks whoever it is told to ask.
      const asker = join(bed.dir, 'asker');
      writeFileSync(asker, '#!/bin/sh\necho open sesame\n', { mode: 0o755 });
      for (const key of ['id_stranger', 'id_locked'])
        execFileSync('ssh-add', ['-q', join(bed.dir, key)], {
          stdio: 'ignore',
          env: { ...environment, SSH_ASKPASS: asker, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
        });
      const config = configured(`Host *\n  IdentityAgent ${socket}`);
      expect(await reach('locked', config)).toMatchObject({ stdout: 'here\n' });
      expect(await reach('behind', config)).toMatchObject({ stdout: 'here\n' });
      appendFileSync(join(bed.dir, 'empty'), '');
      const strangers = configured(
        `Host *\n  IdentityAgent ${socket}\n  IdentityFile ${join(bed.dir, 'id_stranger')}`,
      );
      writeFileSync(
        strangers,
        readFileSync(strangers, 'utf8').replaceAll(join(bed.dir, 'id_plain'), '/none'),
      );
      await expect(reach('login', strangers)).rejects.toThrow(
        /tried of the agent id_stranger \(SHA256:[^)]+\)\./,
      );
    } finally {
      agent.kill();
    }
  });

  test('an agent that is gone is named', async () => {
    const config = configured(`Host *\n  IdentityAgent ${join(bed.dir, 'gone')}`);
    await expect(reach('locked', config)).rejects.toThrow(/the agent at \S+gone does not answer/);
  });

  test('a ProxyCommand that is a jump is one; another is refused with what to write instead', async () => {
    const jump = configured('Host login\n  ProxyCommand ssh -q -W %h:%p jump');
    expect(await reach('login', jump)).toMatchObject({ stdout: 'here\n' });
    const config = configured('Host login\n  ProxyCommand nc %h %p');
    await expect(reach('login', config)).rejects.toMatchObject({
      code: 69,
      hint: expect.stringContaining('ProxyJump'),
    });
  });

  test('jump hosts that lead in a circle are refused', async () => {
    const config = configured('Host login\n  ProxyJump behind\nHost jump\n  ProxyJump login');
    await expect(reach('login', config)).rejects.toThrow('more than 8 hosts');
  });
});
