/**
 * The pictures of the documentation: `npm run build && node scripts/pictures.ts` drives the real `llc tui` in a terminal,
 * computes what the figures of results show, and writes `docs/pictures/NAME.svg`. `--only NAME`, which may be repeated,
 * makes one of them; `--png FOLDER` also draws each as a PNG by rsvg-convert.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { writeExampleRuns } from '../test/console/example-runs.ts';
import { exampleFolder, exampleSweep, writeExampleSweep } from '../test/console/example-sweep.ts';
import { type FakeProgram, fakeProgram } from '../test/console/fake-program.ts';
import { pictureOf } from '../test/console/picture.ts';
import { LLC, openTerminal, type Terminal } from '../test/console/terminal.ts';
import { lived } from '../test/modal-plane/account.ts';
import { type Plane, startPlane } from '../test/modal-plane/plane.ts';
import { drawResults, RESULT_FIGURES } from './result-figures.ts';

interface Picture {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly args: readonly string[];
  /** What shows that the console is ready for keys. */
  readonly first: RegExp;
  /** Packets of keys, each with what must show before the next. */
  readonly keys: readonly (readonly [keys: string, shows: RegExp])[];
  /** What shows in the moment of the picture, of what moves. */
  readonly moment?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** How the directory is prepared. Default: with the sweep of the design, running. */
  readonly prepare?: (directory: string) => Promise<unknown>;
  /** A program over a place that there is not here. Default: the real one. */
  readonly program?: (directory: string) => Promise<FakeProgram>;
  /** With a control plane of Modal, whose account has been used for months; told how it changes before the program starts. */
  readonly modal?: (plane: Plane, directory: string) => Promise<void>;
}

const SWEEP = '1123-1102-full';
const GRID = { columns: 80, rows: 24, args: ['tui', '--attach', SWEEP], first: /58% of 120/ };
const OPEN = '\r';
/** To a job by a filter of its name. */
const TO_RUNNING = ['/large s0 hmc\r', /large s0 hmc: 1 of 120/] as const;
const TO_FAILED = ['/medium s2 hmc\r', /medium s2 hmc: 1 of 120/] as const;
/** To the same job among all, by moves alone. */
const DOWN_TO_RUNNING = [`ll${'j'.repeat(22)}`, /large s0 hmc\s+▸ running/] as const;
/** From one problem to the next, until the second. */
const TO_OOM = [
  ['!', /small s4 hmc.*lost/],
  ['!', /medium s2 hmc.*OOM/],
] as const;

const WIZARD = {
  ...GRID,
  args: ['tui'],
  first: /No sweeps here yet/,
  prepare: async () => {},
};
/** From the first screen to the wizard's third step, with Modal chosen. */
const TO_MODAL = [
  ['n', /1 Preset/],
  ['2', /modal +serverless, \$/],
  ['jjj\r', /> 3 GPU mode/],
] as const;
/** A sweep that runs on Modal, of which most is done and one job gets no machine at first. */
const MODAL_GRID = {
  ...GRID,
  args: ['tui', '--attach'],
  first: /(no machine|×2)/,
  prepare: async () => {},
  modal: sweepOnPlane,
};

const PICTURES: readonly Picture[] = [
  {
    ...GRID,
    name: 'home',
    args: ['tui'],
    first: new RegExp(SWEEP),
    keys: [],
    prepare: severalSweeps,
  },
  {
    ...GRID,
    name: 'wizard-preset',
    args: ['tui'],
    first: /No sweeps here yet/,
    keys: [['n', /1 Preset/]],
    prepare: async () => {},
  },
  {
    ...GRID,
    name: 'wizard-summary',
    args: ['tui'],
    first: /No sweeps here yet/,
    keys: [
      ['n', /1 Preset/],
      ['S', /8 Summary[\s\S]*llc sweep/],
    ],
    prepare: async () => {},
  },
  { ...GRID, name: 'grid-80x24', keys: TO_OOM },
  { ...GRID, name: 'grid-120x40', columns: 120, rows: 40, keys: [DOWN_TO_RUNNING] },
  { ...GRID, name: 'grid-200x60', columns: 200, rows: 60, keys: [DOWN_TO_RUNNING] },
  { ...GRID, name: 'detail-overview', keys: [TO_RUNNING, [OPEN, /\[?1 overview/]] },
  {
    ...GRID,
    name: 'detail-error',
    keys: [TO_FAILED, [OPEN, /1 overview/], ['3', /OOM/]],
  },
  { ...GRID, name: 'errors', keys: [['e', /3 of 120 failed/]] },
  { ...GRID, name: 'artifacts', keys: [['A', /Artifacts/]] },
  {
    ...GRID,
    name: 'artifacts-volume',
    args: ['tui', '--attach'],
    first: /100% of 8/,
    prepare: async () => {},
    program: sweepOnModal,
    keys: [
      ['A', /volume llc-runs 7 runs/],
      [' p', /here 1 run,/],
      ['v', /range begins/],
      ['jjj', /Artifacts/],
      ['v', /5 marked/],
      ['p', /here 2 runs, /],
    ],
    moment: / [1-9]\d% .* pulling, \d+ kB/,
  },
  {
    ...WIZARD,
    name: 'modal-gpu-types',
    modal: async () => {},
    keys: [...TO_MODAL, ['j\r', /> 4 GPU types/], ['j ', /2 H100 \$3\.95\/h/]],
  },
  {
    ...WIZARD,
    name: 'modal-summary',
    modal: async () => {},
    keys: [...TO_MODAL, ['S', /preflight +ok[\s\S]*llc sweep/]],
  },
  {
    ...WIZARD,
    name: 'modal-refused',
    modal: async (plane) => {
      Object.assign(plane.budget, { spendLimitReached: true, used: 100 });
    },
    keys: [...TO_MODAL, ['S', /out of funds/]],
  },
  {
    ...MODAL_GRID,
    name: 'modal-waiting',
    keys: [
      ['/hmc s43\r', /1 of 16/],
      ['\r', /watchdogs +not started/],
    ],
    moment: /not started since .*, [45] s of 30 s/,
    columns: 100,
  },
  {
    ...MODAL_GRID,
    name: 'modal-running',
    keys: [],
    moment: /\$0\.\d\d[\s\S]*×2/,
  },
  {
    ...MODAL_GRID,
    name: 'modal-down',
    modal: async (plane, directory) => {
      await sweepOnPlane(plane, directory);
      setTimeout(() => goDown(plane), 16_000);
    },
    keys: [],
    moment: /modal down[\s\S]*Jobs go on/,
  },
  {
    ...MODAL_GRID,
    name: 'modal-clean',
    keys: [
      ['A', /volume llc-runs \d+ runs/],
      ['aD', /── Clean volume llc-runs/],
    ],
  },
  { ...GRID, name: 'help', keys: [['?', /Help: grid/]] },
  {
    ...GRID,
    name: 'confirm',
    keys: [
      ['a', /marked/],
      ['x', /Cancel \d+ jobs\?/],
    ],
  },
  { ...GRID, name: 'no-colour', env: { NO_COLOR: '1' }, keys: TO_OOM },
  { ...GRID, name: 'ascii', args: [...GRID.args, '--ascii'], keys: TO_OOM },
];

/** The sweep of the design's frames, with its runs. */
async function oneSweep(directory: string): Promise<void> {
  const options = { now: Date.now(), sweepId: SWEEP };
  await writeExampleSweep(directory, options);
  await writeExampleRuns(directory, exampleSweep(options));
}

async function severalSweeps(directory: string): Promise<void> {
  const now = Date.now();
  const others = [
    { sweepId: '1120-1800-dln', standing: 'died', hours: 68 },
    { sweepId: '1122-0915-quick', standing: 'stopped', hours: 29 },
    { sweepId: '1122-2231-full', standing: 'ended', hours: 12 },
  ] as const;
  for (const { hours, ...other } of others)
    await writeExampleSweep(directory, { ...other, now: now - hours * 3_600_000 });
  await oneSweep(directory);
}

/** A sweep on Modal that has just ended: its runs lie on a volume, which gives them slowly. */
async function sweepOnModal(directory: string): Promise<FakeProgram> {
  const program = await fakeProgram('modal', directory);
  const [node, cli] = program.command;
  const flags = ['--backend=modal', '--preset=quick', '--gpu-mode=vectorized', '--n-seeds=2'];
  await execa(node, [cli, 'sweep', ...flags], {
    cwd: directory,
    env: { ...program.env, LLC_MODAL_CLIENT_HANG_TIMEOUT_S: '2' },
    reject: false,
  });
  return program;
}

const MODAL_SWEEP = [
  ...['sweep', '--backend=modal', '--detach', '--n-seeds=4', '--cpus=1', '--hang-timeout-s=30'],
  ...['--target=quadratic', '--quad-dim=2', '--n-data=100', '--chains=2', '--initial-delay-s=1'],
  ...['--sgld-steps=30000000', '--sghmc-steps=3000', '--hmc-draws=400', '--hmc-warmup=50'],
  '--mclmc-draws=400',
];

async function sweepOnPlane(plane: Plane, directory: string): Promise<void> {
  const tagOf = (tags: readonly { tagName: string; tagValue: string }[], name: string) =>
    tags.find(({ tagName }) => tagName === name)?.tagValue;
  plane.sandboxes.neverScheduled = ({ tags }) =>
    tagOf(tags, 'llc-job') === 'quadratic-hmc-43' && tagOf(tags, 'llc-attempt') === '1';
  await execa(LLC, MODAL_SWEEP, { cwd: directory, env: { ...plane.environment } });
}

/** Nobody answers any more. */
function goDown({ faults }: Plane): void {
  const calls = ['tokenInfoGet', 'environmentGetBudget', 'sandboxGetLogs', 'sandboxWait'];
  for (const on of calls) faults.add({ on, code: 14, details: 'upstream connect error' });
}

async function photograph(picture: Picture, pngFolder: string | undefined): Promise<void> {
  const {
    name,
    columns,
    rows,
    args,
    first,
    keys,
    env = {},
    prepare = oneSweep,
    program,
    moment,
    modal,
  } = picture;
  using example = exampleFolder();
  const directory = join(example.folder, 'study');
  mkdirSync(directory);
  await prepare(directory);
  const fake = await program?.(directory);
  await using plane = modal === undefined ? null : closing(await startPlane());
  if (plane !== null) await lived(plane);
  await modal?.(plane as Plane, directory);
  const [command, ...before] = fake?.command ?? [LLC];
  await using terminal = openTerminal(command, [...before, ...args], {
    columns,
    rows,
    cwd: directory,
    env: {
      HOME: example.folder,
      TZ: zoneOfAfternoon(new Date()),
      ...plane?.environment,
      ...fake?.env,
      ...env,
    },
  });
  await terminal.waitFor(first);
  for (const [packet, shows] of keys) {
    terminal.press(packet);
    await terminal.waitFor(shows);
  }
  await settled(terminal);
  if (moment !== undefined) await terminal.waitFor(moment, 60_000);
  writeFileSync(fileOf(name), pictureOf(terminal.terminal, `llc ${args.join(' ')}`));
  written(name, pngFolder);
}

function fileOf(name: string): string {
  return `docs/pictures/${name}.svg`;
}

function written(name: string, pngFolder: string | undefined): void {
  const file = fileOf(name);
  if (pngFolder !== undefined)
    execFileSync('rsvg-convert', ['-o', join(pngFolder, `${name}.png`), file]);
  process.stdout.write(`${file}\n`);
}

function closing(plane: Plane): Plane & AsyncDisposable {
  return Object.assign(plane, { [Symbol.asyncDispose]: () => plane.close() });
}

/** Two seconds of the header's clock: what is still being read has come by then. */
async function settled(terminal: Terminal): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    const before = terminal.text();
    await terminal.waitFor((now) => now.join('\n') !== before, 2000).catch(() => {});
  }
}

/** Whatever the hour, it is two in the afternoon somewhere: pictures are of daytime and alike. */
function zoneOfAfternoon(now: Date): string {
  const hours = ((14 - now.getUTCHours() + 36) % 24) - 12;
  // The sign of these names is the other way round.
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, png: { type: 'string' } },
});
const isChosen = ({ name }: { readonly name: string }) => values.only?.includes(name) ?? true;
const chosen = PICTURES.filter(isChosen);
const figures = RESULT_FIGURES.filter(isChosen);
if (chosen.length + figures.length === 0) {
  const names = [...PICTURES, ...RESULT_FIGURES].map(({ name }) => name);
  throw new Error(`No picture ${values.only?.join(', ')}. There are ${names.join(', ')}.`);
}
mkdirSync('docs/pictures', { recursive: true });
if (values.png !== undefined) mkdirSync(values.png, { recursive: true });
let failed = 0;
for (const picture of chosen) {
  try {
    await photograph(picture, values.png);
  } catch (error) {
    failed += 1;
    process.stderr.write(`${picture.name}: ${error instanceof Error ? error.message : error}\n`);
  }
}
try {
  await drawResults(LLC, figures, fileOf);
  for (const { name } of figures) written(name, values.png);
} catch (error) {
  failed += 1;
  process.stderr.write(`figures: ${error instanceof Error ? error.message : error}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
