import { copyFileSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';

/** A figure of results. */
export interface ResultFigure {
  readonly name: string;
  /** For bash, in an empty folder; figures with the same share what comes of it. */
  readonly commands: string;
  /** The one file that is the figure. */
  readonly file: string;
}

const SIZES = JSON.stringify(
  [4, 16, 64].map((width) => ({ name: `width-${width}`, overrides: { widths: [width] } })),
);
/** Networks of three sizes, two seeds, four samplers: two minutes of two cores. */
const SWEEP = `
llc sweep --preset=quick --cpus=1 --in-dim=8 --activation=tanh --n-data=500 --prior-radius=2 --problem-grid='${SIZES}'
llc plot-sweep`;

export const RESULT_FIGURES: readonly ResultFigure[] = [
  {
    name: 'running-llc',
    commands: `
llc run --target=dln --dln-widths=4,2,2 --sampler=hmc --preset=quick --cpus=1
llc analyze runs/* --plots=running_llc`,
    file: 'runs/*/analysis/hmc_running_llc.svg',
  },
  { name: 'sweep-cost', commands: SWEEP, file: 'sweeps/*/plots/wnv_fde.svg' },
  { name: 'sweep-agreement', commands: SWEEP, file: 'sweeps/*/plots/agreement.svg' },
];

/** Computes what the figures show by the real program, and puts each where `fileOf` says. */
export async function drawResults(
  llc: string,
  figures: readonly ResultFigure[],
  fileOf: (name: string) => string,
): Promise<void> {
  for (const [commands, group] of Map.groupBy(figures, (figure) => figure.commands)) {
    const cwd = mkdtempSync(join(tmpdir(), 'llc-figures-'));
    try {
      const PATH = `${dirname(llc)}${delimiter}${process.env['PATH']}`;
      await execa('bash', ['-e', '-c', commands], {
        cwd,
        env: { PATH, XDG_CONFIG_HOME: join(cwd, '.remembered') },
        stdin: 'ignore',
        timeout: 30 * 60_000,
      });
      for (const { name, file } of group) {
        const [found, ...more] = globSync(file, { cwd });
        if (found === undefined || more.length > 0) throw new Error(`${name}: not one ${file}`);
        copyFileSync(join(cwd, found), fileOf(name));
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }
}
