import { fileURLToPath } from 'node:url';
import { unpack } from './backends/modal/envelope.ts';
import { attemptInSandbox } from './backends/modal/inside/attempt-in-sandbox.ts';
import { MOUNT_PATH } from './backends/modal/volume-layout.ts';

// The first process of a sandbox: starts the worker that lies beside it and tells outside what it says.
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(name));
// Who may not signal a sandbox can write to it.
process.stdin.on('data', (text) => {
  if (String(text).includes('stop')) stop.abort('stdin');
});
process.stdin.on('error', () => {});
process.stdout.on('error', () => {});

const [envelope] = process.argv.slice(2);
if (envelope === undefined) {
  process.stderr.write('usage: node sandbox.js ENVELOPE\n');
  process.exit(64);
}
process.exitCode = await attemptInSandbox(unpack(envelope), {
  workerPath: fileURLToPath(new URL('worker.js', import.meta.url)),
  volume: MOUNT_PATH,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  stop: stop.signal,
});
// Its standard input would keep it alive; its output is written first.
process.stdin.destroy();
