import { RUN_FILES } from '../../../src/dispatch/artifacts/layout.ts';
import { writeRun } from '../../../src/dispatch/artifacts/run-writer.ts';

/** Replaces one run again and again until it is killed. Arguments: runs folder, store folder, run id. */
const [runsDir, storeDir, runId] = process.argv.slice(2);
process.stdout.write('ready\n');
for (let round = 0; ; round++) {
  await writeRun({ runsDir, storeDir }, runId, {
    [RUN_FILES.config]: `{"pid": ${process.pid}}\n`,
    [RUN_FILES.metrics]: `{"round": ${round}, "padding": "${'x'.repeat(20_000)}"}\n`,
  });
}
