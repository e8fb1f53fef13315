import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { learnFacts } from '../../../../src/backends/slurm/ssh/host-facts.ts';
import type { Link } from '../../../../src/backends/slurm/ssh/link.ts';
import { runScript } from '../../../../src/backends/slurm/ssh/run-script.ts';
import { runWords } from '../../../../src/backends/slurm/ssh/run-words.ts';
import { isAlive, NEVER, signalSafely, startTestbed, type Testbed, untilWell } from './testbed.ts';

const testbed = await startTestbed();

describe.skipIf(testbed === null)('commands on a host behind ssh', () => {
  const bed = testbed as Testbed;
  const asked = { signal: NEVER, limitMs: 20_000 };
  let link: Link;
  beforeAll(() => {
    link = bed.link('login');
  });
  afterAll(() => bed.stop());

  test('words arrive as they are, whatever characters they have', async () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => text.replaceAll('\0', ''));
    const awkward = fc.constantFrom(
      "'",
      '"',
      '\\',
      '\n',
      '!',
      '$HOME',
      '`id`',
      '',
      '-n',
      '%s',
      '*',
      '\r',
      '\u001b[2J',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(word, awkward), { minLength: 1, maxLength: 5 }),
        async (words) => {
          const { stdout, code } = await runWords(link, ['printf', '%s\\0', ...words], '', asked);
          expect(code).toBe(0);
          expect(stdout).toBe(words.map((one) => `${one.toWellFormed()}\0`).join(''));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a command ends with its code and both outputs, untrimmed; what it says to stderr is no error', async () => {
    const script = 'printf " out\\n\\n"; printf "err " >&2; exit 3';
    expect(await runWords(link, ['sh', '-c', script], '', asked)).toEqual({
      code: 3,
      stdout: ' out\n\n',
      stderr: 'err ',
      timedOut: false,
    });
  });

  test('characters whose bytes come apart stay whole', async () => {
    const text = 'ä€😀'.repeat(40_000);
    writeFileSync(join(bed.dir, 'wide'), text);
    const { stdout } = await runWords(link, ['cat', join(bed.dir, 'wide')], '', asked);
    expect(stdout).toBe(text);
  });

  test('a command that a signal ended has no code', async () => {
    const end = await runWords(link, ['sh', '-c', 'kill -9 $$'], '', asked);
    expect(end).toMatchObject({ code: null, timedOut: false });
  });

  test('commands have an empty input', async () => {
    expect(await runWords(link, ['cat'], '', asked)).toMatchObject({ code: 0, stdout: '' });
  });

  test('a program that is not there is said to be missing', async () => {
    await expect(runWords(link, ['no-such-sbatch', '-V'], '', asked)).rejects.toMatchObject({
      code: 69,
      message: 'There is no no-such-sbatch on login.',
    });
    // Its own 127 is its own.
    expect(await runWords(link, ['sh', '-c', 'exit 127'], '', asked)).toMatchObject({ code: 127 });
  });

  test('a command beyond its limit is ended there, too', async () => {
    const pidFile = join(bed.dir, 'slow.pid');
    const script = `echo $$ >${pidFile}; echo so far; exec sleep 1000`;
    const end = await runWords(link, ['sh', '-c', script], '', { ...asked, limitMs: 700 });
    expect(end).toMatchObject({ code: null, stdout: 'so far\n', timedOut: true });
    await sleep(1000);
    expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });

  test('a command that is called off stops being waited for', async () => {
    const over = new AbortController();
    const running = runWords(link, ['sleep', '1000'], '', { signal: over.signal, limitMs: 60_000 });
    setTimeout(() => over.abort(), 200);
    await expect(running).rejects.toThrow('aborted');
    expect(await runWords(link, ['echo', 'well'], '', asked)).toMatchObject({ stdout: 'well\n' });
  });

  test('of thirty commands at once none is refused', async () => {
    const ends = await Promise.all(
      Array.from({ length: 30 }, (_, i) => runWords(link, ['echo', `${i}`], '', asked)),
    );
    expect(ends.map(({ stdout }) => Number(stdout))).toEqual(
      Array.from({ length: 30 }, (_, i) => i),
    );
  });

  test('what start-up files print is not taken for output; what they set is known', async () => {
    writeFileSync(
      join(bed.dir, 'home', '.bashrc'),
      'echo Welcome to this cluster; echo beware >&2\n',
    );
    writeFileSync(
      join(bed.dir, 'home', '.bash_profile'),
      'echo Motto of the day; export PATH=$PATH:/opt/slurm/bin SLURM_CONF="/etc/it\'s here"\n',
    );
    try {
      expect(await runWords(link, ['echo', 'mine'], '', asked)).toMatchObject({
        stdout: 'mine\n',
        stderr: '',
      });
      const { home, system, environment } = await learnFacts(link, NEVER);
      expect(home).toBe(join(bed.dir, 'home'));
      expect(system).toMatch(/^Linux /);
      const end = await runWords(
        link,
        ['sh', '-c', 'echo "$PATH $SLURM_CONF"'],
        environment,
        asked,
      );
      expect(end.stdout).toMatch(/:\/opt\/slurm\/bin \/etc\/it's here\n$/);
    } finally {
      rmSync(join(bed.dir, 'home', '.bashrc'));
      rmSync(join(bed.dir, 'home', '.bash_profile'));
    }
  });

  test('a link that is lost while a command runs is an error, no end; the next command finds a new one', async () => {
    const running = runScript(link, 'echo begun; sleep 30', asked);
    const ended = expect(running).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(/login: the connection was lost/),
    });
    await sleep(300);
    bed.killSessions();
    await ended;
    // Lost soon after it was made, it is not made again in the same instant.
    const again = await untilWell(() => runWords(link, ['echo', 'again'], '', asked));
    expect(again.stdout).toBe('again\n');
  });

  test('a link that has frozen is noticed', async () => {
    const config = join(bed.dir, 'lively');
    const lines = 'Host *\n  ServerAliveInterval 1\n';
    writeFileSync(config, `${lines}${readFileSync(bed.configFile, 'utf8')}`);
    const frozen = bed.link('login', config);
    const before = new Set(bed.sessions());
    await runWords(frozen, ['true'], '', asked);
    const session = bed.sessions().filter((pid) => !before.has(pid));
    expect(session.length).toBe(1);
    for (const pid of session) signalSafely(pid, 'SIGSTOP');
    const since = performance.now();
    await expect(
      runWords(frozen, ['true'], '', { signal: NEVER, limitMs: 60_000 }),
    ).rejects.toMatchObject({
      code: 75,
      message: expect.stringMatching(/lost: Keepalive timeout/),
    });
    expect(performance.now() - since).toBeLessThan(5000);
    for (const pid of session) signalSafely(pid, 'SIGKILL');
  });

  test('a closed link gives no more answers', async () => {
    const short = bed.link('login');
    await runWords(short, ['true'], '', asked);
    const running = runWords(short, ['sleep', '30'], '', asked);
    const ended = expect(running).rejects.toMatchObject({ code: 75 });
    await sleep(200);
    await short.close();
    await ended;
    await expect(runWords(short, ['true'], '', asked)).rejects.toMatchObject({ code: 75 });
  });
});
