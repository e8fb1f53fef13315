import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleFolder, writeExampleSweep } from '../console/example-sweep.ts';
import { openLlc, type Terminal } from '../console/terminal.ts';
import { checkSweep } from './check-sweep.ts';
import { emptyFolder, llc, SMALL } from './llc.ts';

const LIMIT = 60_000;
const SWEEP = '1123-1102-full';

/** The sweep of the design, held by this process, with the console on it. */
async function withExample(
  use: (console: Terminal, folder: string) => Promise<void>,
  options: Parameters<typeof openLlc>[1] = {},
  args: readonly string[] = ['tui', '--attach', SWEEP],
): Promise<void> {
  using example = exampleFolder();
  await writeExampleSweep(example.folder, { now: Date.now() });
  await using console = openLlc(args, { cwd: example.folder, ...options });
  await console.waitFor(/58% of 120/, LIMIT);
  await use(console, example.folder);
}

/** Of a terminal that was given back. */
function isGivenBack(console: Terminal): boolean {
  return !console.isAlternate() && !console.isCursorHidden();
}

/** Samplers that take a while, so that there is time to look. */
const SLOW = [...SMALL, '--sgld-steps=4000000', '--max-retries=0', '--workers=1', '--cpus=1'];

test('from an empty directory through the wizard to results', async () => {
  const folder = emptyFolder();
  writeFileSync(
    join(folder, 'tiny.yaml'),
    'base:\n  target: quadratic\n  quad_dim: 4\n  n_data: 1000\n  chains: 2\n  hmc_draws: 400\n  hmc_warmup: 200\nsamplers: [{name: hmc}]\nseeds: [0, 1]\n',
  );
  await using console = openLlc(['tui'], { cwd: folder });
  await console.waitFor(/No sweeps here yet\. n starts one\./, LIMIT);
  console.press('n');
  await console.waitFor(/nothing starts before step 8/, LIMIT);
  console.press('jjj\r');
  await console.waitFor(/file/, LIMIT);
  console.press('tiny.yaml\r');
  await console.waitFor(/1 problem x 1 sampler x 2 seeds = 2/, LIMIT);
  console.press('S');
  await console.waitFor(/preflight +ok/, LIMIT);
  expect(console.text()).toContain('llc sweep --study=tiny.yaml');
  console.press('\r');
  await console.waitFor(/100% of 2/, LIMIT);
  console.press('q');
  expect(await console.exit).toEqual({ code: 0, signal: null });
  expect(isGivenBack(console)).toBe(true);
  expect([...console.scrollback(), console.text()].join('\n')).toMatch(/2 ok/);
  expect(readdirSync(join(folder, 'runs'))).toHaveLength(2);
});

test('a job that failed is mended by a key, which every console can take back', async () => {
  const folder = emptyFolder();
  const [sweepId] = await failedSweep(folder);
  await using console = openLlc(['tui', '--attach', sweepId], { cwd: folder });
  await console.waitFor(/✗ timeout/, LIMIT);
  console.press('r');
  await console.waitFor(/Retrying 1 failed job at \d\d:\d\d:\d\d\./, LIMIT);
  await console.waitFor(/» retry/, LIMIT);
  await using other = openLlc(['tui', '--attach', sweepId], { cwd: folder });
  await other.waitFor(/Retrying 1 failed job at \d\d:\d\d:\d\d\./, LIMIT);
  other.press('u');
  await other.waitFor(/Taken back: 1 job\./, LIMIT);
  await console.waitFor(/✗ timeout/, LIMIT);
  console.press(':retry timeout-min=30\r');
  await console.waitFor(/Retrying 1 failed job/, LIMIT);
  await console.waitFor(/▸ +(\d+%|training|setup)/, LIMIT);
  console.press('q');
  await console.exit;
});

/** One job that has no time to end. */
async function failedSweep(folder: string): Promise<[string]> {
  const flags = [...SLOW, '--sampler=sgld', '--n-seeds=1', '--timeout-min=0.1'];
  const { stdout } = await llc(folder, ['sweep', ...flags, '--json']);
  return [(JSON.parse(stdout) as { sweep: string }).sweep];
}

test('kill -9 of the supervisor is noticed, and the sweep goes on by itself', async () => {
  const folder = emptyFolder();
  const flags = [...SLOW, '--sgld-steps=2000000', '--n-seeds=2', '--sampler=sgld'];
  const { stdout } = await llc(folder, ['sweep', ...flags, '--detach']);
  const sweepId = stdout.trim();
  await using console = openLlc(['tui', '--attach', sweepId], { cwd: folder });
  await console.waitFor(/▸ +\d+%/, LIMIT);
  const lock = JSON.parse(
    readFileSync(join(folder, 'sweeps', sweepId, 'supervisor.lock'), 'utf8'),
  ) as { pid: number };
  process.kill(lock.pid, 'SIGKILL');
  const kills = { pids: new Set([lock.pid]), lastAt: Date.now() };
  await console.waitFor(/no word from the supervisor since \d\d:\d\d:\d\d\. Jobs go on/, 10_000);
  await console.waitFor(/recovered: supervisor died at \d\d:\d\d, resumed \d\d:\d\d/, LIMIT);
  expect(console.text()).toMatch(/0 lost/);
  console.press('\u001b');
  await console.waitFor((rows) => !rows.join('\n').includes('recovered:'), LIMIT);
  await console.waitFor(/100% of 2/, LIMIT);
  console.press('q');
  await console.exit;
  // No job ran twice.
  await checkSweep(folder, kills);
});

test('the frame is whole after every change of size, and says when there is no room', async () => {
  await withExample(
    async (console) => {
      for (const [columns, rows] of [
        [200, 60],
        [80, 24],
      ] as const) {
        console.resize(columns, rows);
        await console.waitFor(
          (screen) => /58% of 120/.test(screen.join('\n')) && /help/.test(screen[rows - 1] ?? ''),
          LIMIT,
        );
      }
      console.resize(59, 24);
      await console.waitFor(/The window is 59x24; the console needs 60x15\./, LIMIT);
      console.resize(80, 24);
      await console.waitFor(/58% of 120/, LIMIT);
    },
    { columns: 120, rows: 40 },
  );
});

test('the pane has the course of the job that the cursor rests on', async () => {
  await withExample(
    async (console) => {
      const braille = /│.*[\u2801-\u28ff]/;
      console.press('/large s0 hmc\r');
      await console.waitFor(braille, LIMIT);
      console.press('k');
      await console.waitFor((rows) => !braille.test(rows.join('\n')), LIMIT);
    },
    { columns: 120, rows: 40 },
  );
});

test('keys that come in one packet are heard one by one, a paste is none', async () => {
  await withExample(async (console) => {
    console.press('\u001b[200~xy\u001b[201~');
    await console.waitFor(/Pasted text ignored: no field is open\./, LIMIT);
    console.press('/oom\r');
    await console.waitFor(/\[\/ oom: 1 of 120\]/, LIMIT);
    console.press('\u001b');
    await console.waitFor((rows) => !rows.join('\n').includes('[/ oom'), LIMIT);
    console.press('gjjjj');
    await console.waitFor(/^small s3 sgld/m, LIMIT);
  });
});

test('a question in the packet of its own answer stays open', async () => {
  await withExample(async (console) => {
    console.press('/large s0 hmc\r');
    await console.waitFor(/large s0 hmc: 1 of 120/, LIMIT);
    console.press('xy');
    await console.waitFor(/Cancel large s0 hmc\?/, LIMIT);
    console.press('n');
    await console.waitFor((rows) => !rows.join('\n').includes('Cancel large'), LIMIT);
    expect(console.text()).not.toContain('» cancel');
  });
});

test.each(['q', 'd', '\u0003'])(
  '%j gives the terminal back and says how to come back',
  async (key) => {
    await withExample(async (console) => {
      console.press(key);
      expect(await console.exit).toEqual({ code: 0, signal: null });
      expect(isGivenBack(console)).toBe(true);
      expect(console.text()).toContain(`Left ${SWEEP}. Its 50 jobs go on.`);
    });
  },
);

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s gives the terminal back', async (name) => {
  await withExample(async (console) => {
    console.signal(name);
    await console.exit;
    expect(isGivenBack(console)).toBe(true);
  });
});

test('a line that is lost ends the console and nothing else', async () => {
  const folder = emptyFolder();
  const { stdout } = await llc(folder, ['sweep', ...SLOW, '--sampler=sgld', '--detach']);
  const sweepId = stdout.trim();
  await using console = openLlc(['tui', '--attach'], { cwd: folder });
  await console.waitFor(/▸ +\d+%/, LIMIT);
  console.hangUp();
  await console.exit;
  const { stdout: status } = await llc(folder, ['status', sweepId, '--json']);
  expect(JSON.parse(status)).toMatchObject({ counts: { running: 1 } });
});

test('without colour no style is sent, and the cursor has brackets', async () => {
  await withExample(
    async (console) => {
      await console.waitFor(/\[. .*\]/, LIMIT);
      expect(console.output()).not.toMatch(/\u001b\[[\d;]*m/);
    },
    { env: { NO_COLOR: '1' } },
  );
});

test('with colours only those of the design are sent', async () => {
  await withExample(async (console) => {
    console.press('?');
    await console.waitFor(/Help: grid/, LIMIT);
    const codes = [...console.output().matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, list]) =>
      (list || '0').split(';'),
    );
    const known = ['0', '1', '2', '4', '7', '22', '24', '27', '31', '32', '35', '36', '39'];
    expect([...new Set(codes)].filter((code) => !known.includes(code))).toEqual([]);
  });
});

test('without a UTF-8 locale no byte is above 127', async () => {
  await withExample(
    async (console) => {
      for (const [key, shows] of [
        ['?', /Help: grid/],
        ['\u001b', /58% of 120/],
        ['e', /Errors/],
        ['\u001b', /58% of 120/],
        ['/large s0 hmc\r', /1 of 120/],
        ['\r', /running LLC/],
      ] as const) {
        console.press(key);
        await console.waitFor(shows, LIMIT);
      }
      expect(console.output()).toMatch(/^[\u0000-\u007f]*$/);
    },
    { env: { LC_ALL: 'C', LANG: 'C' } },
  );
});

test.each([{ TERM: 'dumb' }, { CI: 'true' }])(
  '%j has no console and says what there is instead',
  async (env) => {
    await using console = openLlc(['tui'], { cwd: emptyFolder(), env });
    expect(await console.exit).toMatchObject({ code: 64 });
    expect(console.text()).toContain('llc tui needs a terminal.');
    expect(console.text()).toContain('llc sweep, llc attach, llc status --json.');
  },
);

test('without a terminal there is no console either', async () => {
  const { exitCode, stderr } = await llc(emptyFolder(), ['tui']);
  expect(exitCode).toBe(64);
  expect(stderr).toContain('llc tui needs a terminal.');
});

test('--attach without a name opens the sweep that was planned last', async () => {
  using example = exampleFolder();
  await writeExampleSweep(example.folder, {
    now: Date.now() - 86_400_000,
    sweepId: '1122-0915-old',
    standing: 'ended',
  });
  await writeExampleSweep(example.folder, { now: Date.now() });
  await using console = openLlc(['tui', '--attach'], { cwd: example.folder });
  await console.waitFor(new RegExp(`llc ${SWEEP}`), LIMIT);
});

test('who only watches changes nothing', async () => {
  await withExample(
    async (console, folder) => {
      console.press('r');
      await console.waitFor(/Read-only: retry is off\./, LIMIT);
      console.press('R');
      await console.waitFor(
        /Read-only: retry-failed is off\. Start without --read-only to act\./,
        LIMIT,
      );
      expect(readdirSync(join(folder, 'sweeps', SWEEP, 'inbox'))).toEqual([]);
    },
    {},
    ['tui', '--attach', SWEEP, '--read-only'],
  );
});

test('llc sweep in a terminal is the grid, and ends with the sweep and its summary', async () => {
  const folder = emptyFolder();
  await using console = openLlc(['sweep', ...SMALL, '--sampler=hmc', '--n-seeds=2'], {
    cwd: folder,
  });
  await console.waitFor(/of 2/, LIMIT);
  expect(await console.exit).toEqual({ code: 0, signal: null });
  expect(isGivenBack(console)).toBe(true);
  expect([...console.scrollback(), console.text()].join('\n')).toMatch(/2 ok/);
});

/** What calls somebody: the bells that end no other sequence, and the notifications. */
function callsOf(console: Terminal): { readonly bells: number; readonly told: string[] } {
  const sequence = /\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)/g;
  const texts = [...console.output().matchAll(sequence)].map(([, text = '']) => text);
  return {
    bells: console.output().replace(sequence, '').split('\u0007').length - 1,
    told: texts.filter((text) => text.startsWith('9;')).map((text) => text.slice(2)),
  };
}

test('the end of a sweep is one bell, one notification and one summary', async () => {
  const folder = emptyFolder();
  await using console = openLlc(['sweep', ...SMALL, '--sampler=hmc', '--n-seeds=2'], {
    cwd: folder,
  });
  await console.waitFor(/of 2/, LIMIT);
  const [sweepId = ''] = readdirSync(join(folder, 'sweeps'));
  await console.waitFor(() => console.title() !== '', LIMIT);
  expect(console.title()).toMatch(new RegExp(`^llc \\d+% ${sweepId}$`));
  expect(await console.exit).toEqual({ code: 0, signal: null });
  expect(callsOf(console)).toEqual({ bells: 1, told: [`${sweepId} ended: no errors`] });
  expect(console.title()).toBe('');
  expect(
    console
      .scrollback()
      .join('\n')
      .match(/Sweep .* ended/g),
  ).toHaveLength(1);
});

test('the end with errors says how many, and exits with 1', async () => {
  const folder = emptyFolder();
  const flags = [...SLOW, '--sampler=sgld', '--n-seeds=1', '--timeout-min=0.1'];
  await using console = openLlc(['sweep', ...flags], { cwd: folder });
  expect(await console.exit).toEqual({ code: 1, signal: null });
  const { bells, told } = callsOf(console);
  expect({ bells, told: told.map((text) => text.replace(/^\S+ /, '')) }).toEqual({
    bells: 1,
    told: ['ended: 1 error'],
  });
});

test('with attention off nobody is called', async () => {
  const folder = emptyFolder();
  const env = { XDG_CONFIG_HOME: join(folder, 'config') };
  await llc(folder, ['config', 'set', 'attention', 'off'], env);
  await using console = openLlc(['sweep', ...SMALL, '--sampler=hmc', '--n-seeds=2'], {
    cwd: folder,
    env,
  });
  expect(await console.exit).toEqual({ code: 0, signal: null });
  expect(callsOf(console)).toEqual({ bells: 0, told: [] });
});

test('a screen that cannot be drawn gives the terminal back and says where the log is', async () => {
  using example = exampleFolder();
  const dir = await writeExampleSweep(example.folder, { now: Date.now() });
  const journal = join(dir, 'journal.jsonl');
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  // As no supervisor writes it: a reason that is no text.
  const broken = lines.map((text) => text.replace('"reason":"Priority"', '"reason":5'));
  writeFileSync(journal, `${broken.join('\n')}\n`);
  await using console = openLlc(['tui', '--attach', SWEEP], { cwd: example.folder });
  await console.waitFor(/58% of 120/, LIMIT);
  // Only what is shown is drawn.
  console.press('G');
  expect(await console.exit).toMatchObject({ code: 70 });
  expect(isGivenBack(console)).toBe(true);
  expect(console.text()).toMatch(/llc: The console stopped: /);
  expect(console.text().replaceAll('\n', '')).toContain('.llc/console.log');
  expect(readFileSync(join(example.folder, '.llc', 'console.log'), 'utf8')).toMatch(/\bat /);
});

test('names in wide characters leave the columns beside them in place', async () => {
  using example = exampleFolder();
  const dir = await writeExampleSweep(example.folder, { now: Date.now() });
  const journal = join(dir, 'journal.jsonl');
  const text = readFileSync(journal, 'utf8');
  writeFileSync(
    journal,
    text.replaceAll('"problem":"small"', '"problem":"模型-α"').replaceAll('"small-', '"模型-α-'),
  );
  await using console = openLlc(['tui', '--attach', SWEEP], { cwd: example.folder });
  await console.waitFor(/模型-α s0.*[✓=]/, LIMIT);
  await console.waitFor(/medium s0.*[✓=]/, LIMIT);
  const columnOf = (name: string) => {
    const row = console.rows().findIndex((one) => one.includes(name));
    const line = console.terminal.buffer.active.getLine(row);
    const cells = Array.from({ length: 80 }, (_, x) => line?.getCell(x)?.getChars() ?? '');
    return cells.findIndex((cell) => cell === '✓' || cell === '=');
  };
  expect(columnOf('模型-α s0')).toBe(columnOf('medium s0'));
});
