/**
 * What dispatching costs: a sweep of no-op jobs on the local backend, and beside it, in the same run, the bare cost of
 * starting as many processes.
 *
 *     node bench/dispatch.ts [JOBS]        default 5000; some minutes on two cores
 *
 * CPU is that of the dispatching process alone (user and system), without its children's. Targets: the supervisor's
 * under 3 ms a job beyond the bare start, its memory under 200 MB.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { sweepLayout } from '../src/dispatch/artifacts/layout.ts';
import { parseJournal, replay } from '../src/dispatch/journal/replay.ts';
import { SUPERVISOR_NODE_FLAGS } from '../src/dispatch/supervisor/start-supervisor.ts';
import type { Measured } from './dispatch-process.ts';

const jobs = Number(process.argv[2] ?? 5000);
// In the working directory, as a sweep is.
const folder = mkdtempSync(join(process.cwd(), '.llc-bench-'));

/** Bundled as the supervisor itself is: stripping types at run time costs memory that it does not. */
const program = join(folder, 'dispatch-process.js');
await build({
  entryPoints: [join(import.meta.dirname, 'dispatch-process.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});
const noOp = join(import.meta.dirname, '../test/fixtures/workers/no-op.cjs');

async function measured(what: 'plan' | 'bare' | 'supervisor'): Promise<Measured> {
  const args = [...SUPERVISOR_NODE_FLAGS, program, what, String(jobs), folder, noOp];
  const { stdout } = await execa(process.execPath, args, { stderr: 'inherit' });
  return JSON.parse(stdout.split('\n').at(-1) ?? '') as Measured;
}

try {
  await measured('plan');
  const bare = await measured('bare');
  const supervisor = await measured('supervisor');
  const { journal } = sweepLayout(join(folder, 'sweeps'), 'bench');
  const bytes = readFileSync(journal);
  const began = performance.now();
  const { events } = parseJournal(bytes, journal);
  const { byState } = replay(events);
  const replayMs = performance.now() - began;

  console.log(`${jobs} no-op jobs, ${availableParallelism()} cores (${cpus()[0]?.model.trim()})`);
  console.log(`node ${process.versions.node}\n`);
  console.log('                     CPU a job   wall a job   peak memory');
  for (const [name, { cpuMs, wallMs, peakBytes }] of Object.entries({ bare, supervisor }))
    console.log(
      `${name.padEnd(20)} ${`${(cpuMs / jobs).toFixed(2)} ms`.padStart(9)} ${`${(wallMs / jobs).toFixed(1)} ms`.padStart(12)} ${`${(peakBytes / 1e6).toFixed(0)} MB`.padStart(13)}`,
    );
  console.log(
    `beyond the bare start ${((supervisor.cpuMs - bare.cpuMs) / jobs).toFixed(2)} ms a job (target 3)`,
  );
  console.log(
    `journal: ${events.length} events, ${(statSync(journal).size / 1e6).toFixed(1)} MB, replayed in ${replayMs.toFixed(0)} ms; ${byState.ok.size} of ${jobs} ok`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
