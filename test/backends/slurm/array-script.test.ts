import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ArrayScript, arrayScript } from '../../../src/backends/slurm/array-script.ts';
import {
  asDirective,
  asWords,
  resourceOptions,
  type SlurmOptions,
  warningOf,
} from '../../../src/backends/slurm/sbatch-options.ts';
import { RESOURCES } from '../../fixtures/stand-in-jobs.ts';

const OPTIONS: SlurmOptions = {
  partition: null,
  account: null,
  qos: null,
  constraint: null,
  extra: {},
  warningS: 120,
  gpuType: null,
};

function scriptOf(more: Partial<ArrayScript> = {}): string {
  return arrayScript({
    sweepId: 's',
    name: 'llc-s-1',
    tasks: 3,
    atOnce: null,
    shape: RESOURCES,
    resources: resourceOptions(RESOURCES, OPTIONS),
    warningS: 120,
    timeouts: 3,
    program: { node: '/node', worker: '/worker.js' },
    sweepDir: '/sweeps/s',
    dir: '/sweeps/s/slurm/llc-s-1',
    environment: {},
    ...more,
  });
}

/** Text of any kind that a path or an option can hold. */
const line = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(...'\'"\\ $`!#%;&|<>(){}[]*?~=\t-ü€'), maxLength: 30 }),
  )
  .filter((text) => !/[\0\n\r]/.test(text) && text.isWellFormed());
const anyText = fc
  .oneof(line, fc.string({ unit: fc.constantFrom(...'\n\r\'"$`\\x '), maxLength: 20 }))
  .filter((text) => !text.includes('\0') && text.isWellFormed());

/** A line of a script as sbatch takes it apart; after `_get_argument` in slurm/src/sbatch/opt.c, 22.05. */
function readDirective(directive: string): string[] {
  const words: string[] = [];
  let word = '';
  let isWord = false;
  let quote = '';
  const text = directive.slice('#SBATCH'.length);
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] as string;
    if (quote === '' && /\s/.test(char)) {
      if (isWord) words.push(word);
      word = '';
      isWord = false;
      continue;
    }
    isWord = true;
    if (char === '\\') {
      i += 1;
      word += text[i] ?? '';
    } else if (quote !== '' && char === quote) quote = '';
    else if (quote === '' && (char === "'" || char === '"')) quote = char;
    else if (quote === '' && char === '#') break;
    else word += char;
  }
  return isWord ? [...words, word] : words;
}

describe('whatever values contain', () => {
  test('the script is one that bash accepts, and its values are the same again', () => {
    const texts = fc.record({
      a: anyText,
      b: anyText,
      c: anyText,
      d: anyText,
      e: anyText,
      f: line,
    });
    fc.assert(
      fc.property(texts, ({ a, b, c, d, e, f }) => {
        const script = scriptOf({
          program: { node: a, worker: b },
          sweepDir: c,
          dir: f,
          environment: { LLC_CODE_VERSION: d },
          sweepId: e.replaceAll(/[\r\n]/g, ''),
        });
        execFileSync('bash', ['-n'], { input: script });
        // All before the first thing that is done.
        const [head = ''] = script.split('\nset -u\n');
        const told = `${head}\nprintf '%s\\0' "$node" "$worker" "$sweep" "$LLC_CODE_VERSION" "$submission"`;
        const values = execFileSync('bash', ['-c', told]).toString().split('\0');
        expect(values.slice(0, 5)).toEqual([a, b, c, d, f]);
      }),
      { numRuns: 60 },
    );
  });

  test('sbatch reads its options as they were given', () => {
    fc.assert(
      fc.property(line, (value) => {
        expect(readDirective(asDirective(['comment', value]))).toEqual([`--comment=${value}`]);
      }),
    );
  });

  test('an option that no line can hold is refused', () => {
    expect(() => asDirective(['comment', 'two\nlines'])).toThrow(/line end/);
  });
});

describe('what a job asks of Slurm', () => {
  const words = (options: Partial<SlurmOptions>, shape = RESOURCES) =>
    asWords(resourceOptions(shape, { ...OPTIONS, ...options }));

  test('is said in its options', () => {
    const options = { partition: 'p', account: 'a', qos: 'q', constraint: 'c|d' };
    expect(words(options)).toEqual([
      '--partition=p',
      '--account=a',
      '--qos=q',
      '--constraint=c|d',
      '--nodes=1',
      '--ntasks=1',
      '--cpus-per-task=1',
      '--mem=1024M',
      '--time=180',
      '--signal=B:USR2@120',
      '--requeue',
    ]);
  });

  test('a GPU where the mode needs one, of a type where one was chosen', () => {
    const shape = { ...RESOURCES, gpuMode: 'vectorized' as const };
    expect(words({}, shape)).toContain('--gres=gpu:1');
    expect(words({ gpuType: 'a100' }, shape)).toContain('--gres=gpu:a100:1');
  });

  test('options of a person come last and so win; those of the script are refused', () => {
    expect(words({ extra: { nice: '100', exclusive: '' } }).slice(-2)).toEqual([
      '--nice=100',
      '--exclusive',
    ]);
    for (const name of ['array', 'export', 'wrap', 'two words', ''])
      expect(() => words({ extra: { [name]: 'x' } })).toThrow(/cannot be used/);
  });

  test('parts of a minute count as one, and a short limit has a short warning', () => {
    expect(words({}, { ...RESOURCES, timeoutMin: 0.1 })).toContain('--time=1');
    expect(words({}, { ...RESOURCES, timeoutMin: 90.2 })).toContain('--time=91');
    expect(warningOf({ timeoutMin: 1 }, OPTIONS)).toBe(24);
    expect(warningOf({ timeoutMin: 180 }, OPTIONS)).toBe(120);
    expect(words({ warningS: 0 })).not.toContain('--signal=B:USR2@0');
  });

  test('nothing of the environment goes with it', () => {
    expect(scriptOf()).toContain('#SBATCH --export=NONE\n');
  });
});

describe('the script run by bash, with Slurm’s commands made up', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'llc-array-'));
    for (const folder of ['bin', 'sweep/slurm/sub', 'sweep/jobs/j/attempt-1'])
      mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, 'sweep/slurm/sub/tasks'), 'jobs/other/attempt-1\njobs/j/attempt-1\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const program = (name: string, body: string) => {
    writeFileSync(join(dir, 'bin', name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(dir, 'bin', name), 0o755);
  };
  const attempt = (name: string) => join(dir, 'sweep/jobs/j/attempt-1', name);
  const text = (path: string) => readFileSync(path, 'utf8');

  /** Starts task 1; the worker is this text of bash, `scontrol` that one. */
  function start(worker: string, scontrol = 'exit 0', env: Record<string, string> = {}) {
    program('node', worker);
    program('scontrol', scontrol);
    const script = scriptOf({
      sweepDir: join(dir, 'sweep'),
      dir: join(dir, 'sweep/slurm/sub'),
      program: { node: join(dir, 'bin/node'), worker: '/worker.js' },
      timeouts: 1,
    });
    const child = spawn('bash', ['-c', script], {
      env: {
        PATH: `${join(dir, 'bin')}:${process.env['PATH']}`,
        SLURM_ARRAY_JOB_ID: '7',
        SLURM_ARRAY_TASK_ID: '1',
        SLURM_JOB_ID: '9',
        SLURMD_NODENAME: 'n1',
        ...env,
      },
      stdio: 'ignore',
    });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once('exit', resolve);
    return { signal: (name: NodeJS.Signals) => child.kill(name), ended: promise };
  }
  const mark = (restart = 0) => JSON.parse(text(join(dir, `sweep/slurm/ends/7_1.${restart}`)));
  const spoken = async () => {
    while (!existsSync(attempt('stdout.log')) || text(attempt('stdout.log')) === '') await delay(5);
  };
  const WARNABLE =
    'trap "exit 85" USR2; trap "exit 143" TERM; echo up; while :; do sleep 0.02; done';

  test('gives the worker its folder and the number of the start, and tells its end', async () => {
    const { ended } = start('echo "$2 $3 $LLC_INCARNATION $PWD"; echo bad >&2; exit 3', '', {
      SLURM_RESTART_COUNT: '2',
    });
    expect(await ended).toBe(3);
    const folder = join(dir, 'sweep/jobs/j/attempt-1');
    expect(text(attempt('stdout.log'))).toBe(`/worker.js ${folder} 2 ${folder}\n`);
    expect(text(attempt('stderr.log'))).toBe('bad\n');
    expect(mark(2)).toMatchObject({ state: 'ended', code: 3, cause: '', job: '9', node: 'n1' });
  });

  const answering = (fields: string) =>
    `case $1 in show) echo "${fields}" ;; requeue) echo again >>${'$'}ASKED ;; esac`;

  test.each([
    ['preempted', 'PreemptTime=2026-11-26T02:00:57 EndTime=2026-11-26T02:01:07', 'preempted'],
    ['at its limit', 'PreemptTime=None EndTime=$(date -d "+90 seconds" +%FT%T)', 'timeout'],
    ['warned long before', 'PreemptTime=None EndTime=$(date -d "+2 hours" +%FT%T)', 'preempted'],
  ])('a job that is %s is told from the others', async (_, fields, cause) => {
    const { signal, ended } = start(WARNABLE, answering(fields), { ASKED: join(dir, 'asked') });
    await spoken();
    signal('SIGUSR2');
    expect(await ended).toBe(85);
    expect(mark()).toMatchObject({ state: 'requeued', cause, code: 85 });
    expect(text(join(dir, 'asked'))).toBe('again\n');
  });

  test('only limits are counted, and the last one allowed ends the attempt', async () => {
    const fields = answering('PreemptTime=None EndTime=$(date -d "+9 seconds" +%FT%T)');
    for (const state of ['requeued', 'ended']) {
      rmSync(attempt('stdout.log'), { force: true });
      const { signal, ended } = start(WARNABLE, fields, { ASKED: join(dir, 'asked') });
      await spoken();
      signal('SIGUSR2');
      await ended;
      expect(mark()).toMatchObject({ state, cause: 'timeout' });
    }
    expect(text(attempt('timeouts'))).toBe('2\n');
  });

  test('where the site forbids it, the mark says so', async () => {
    const fields = 'PreemptTime=2026-11-26T02:00:57';
    const { signal, ended } = start(WARNABLE, `[ $1 = show ] && echo ${fields} || exit 1`);
    await spoken();
    signal('SIGUSR2');
    expect(await ended).toBe(85);
    expect(mark()).toMatchObject({ state: 'checkpointed', cause: 'preempted' });
  });

  test.each([
    ['CANCELLED', 'terminated', 'ended'],
    ['PREEMPTED', 'preempted', 'requeued'],
  ])('a job that is ended as %s passes it on', async (state, cause, told) => {
    const { signal, ended } = start(WARNABLE, answering(`JobState=${state}`), {
      ASKED: join(dir, 'asked'),
    });
    await spoken();
    signal('SIGTERM');
    expect(await ended).toBe(143);
    expect(mark()).toMatchObject({ state: told, cause, code: 143 });
  });

  test('a folder that the node does not see is told', async () => {
    rmSync(join(dir, 'sweep/jobs/j/attempt-1'), { recursive: true });
    expect(await start('true').ended).toBe(66);
    expect(mark()).toMatchObject({ state: 'ended', code: 66 });
  });
});
