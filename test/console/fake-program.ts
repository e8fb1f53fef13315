import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { BUNDLE } from '../../scripts/bundle-options.ts';
import { exampleDraws } from './example-draws.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/node/bin/node');

/** The whole program with a fake place behind all its backends. */
export interface FakeProgram {
  /** What starts it; its arguments follow. */
  readonly command: readonly [node: string, cli: string];
  /** To be set for it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Builds the program, its supervisor included, over a place that a scenario describes. Built once for each state of
 * the sources; the place's memory lies in the folder.
 *
 * @param scenario - a name in test/fixtures/places
 * @param folder - the working directory that the place belongs to
 */
export async function fakeProgram(scenario: string, folder: string): Promise<FakeProgram> {
  const dist = await fakeDist();
  const place = join(folder, 'place.json');
  const text = readFileSync(join(ROOT, 'test/fixtures/places', `${scenario}.json`), 'utf8');
  const draws = Buffer.from(await exampleDraws()).toString('base64');
  writeFileSync(place, JSON.stringify({ ...JSON.parse(text), draws }));
  return { command: [NODE, join(dist, 'cli.js')], env: { LLC_FAKE_PLACE: place } };
}

async function fakeDist(): Promise<string> {
  const cache = join(ROOT, 'node_modules/.cache/llc-fake-program');
  const dist = join(cache, sourcesHash());
  if (existsSync(dist)) return dist;
  mkdirSync(cache, { recursive: true });
  const building = join(cache, `building-${randomUUID()}`);
  const shared = { ...BUNDLE, absWorkingDir: ROOT, outdir: building, plugins: [fakeBackends] };
  await build({ ...shared, entryPoints: ['src/cli.ts'], splitting: true });
  await build({ ...shared, entryPoints: ['src/supervisor.ts', 'src/worker.ts'] });
  try {
    renameSync(building, dist);
  } catch (error) {
    // Another test file was quicker.
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(dist)) throw error;
  }
  return dist;
}

const fakeBackends: Plugin = {
  name: 'fake-backends',
  setup({ onResolve }) {
    onResolve({ filter: /\/choose-backend\.ts$/ }, () => ({
      path: join(import.meta.dirname, 'choose-fake-backend.ts'),
    }));
  },
};

function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = globSync(['src/**/*.{ts,tsx}', 'test/console/*fake*.ts'], { cwd: ROOT }).sort();
  for (const file of files) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}
