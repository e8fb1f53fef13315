import { basename, posix } from 'node:path';
import { isRunId, RUN_FILES } from '../../../dispatch/artifacts/layout.ts';
import { isManifest } from '../../../dispatch/artifacts/manifest.ts';
import { pullRun, type RunSource, type SourceFile } from '../../../dispatch/artifacts/pull-run.ts';
import type { Storage, StoredRun } from '../../../dispatch/backend.ts';
import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { Failure } from '../../../dispatch/job/words.ts';
import type { Link } from './link.ts';
import { bytesThere, readThere } from './read-there.ts';
import type { RemoteLayout } from './remote-layout.ts';
import { runScript } from './run-script.ts';
import { type Files, isForbidden, isMissing, sftpCall } from './sftp-call.ts';
import { shellWord } from './shell-script.ts';

const LIST_LIMIT_MS = 60_000;
const REMOVE_LIMIT_MS = 300_000;
const MANIFEST_BYTES = 2 ** 20;

/** @param layoutThere - once the host is known */
export function sshStorage(
  link: Link,
  layoutThere: (signal: AbortSignal) => Promise<RemoteLayout>,
): Storage {
  return {
    async list(signal) {
      const { runs } = await layoutThere(signal);
      const { stdout, code, timedOut } = await runScript(link, listScript(runs), {
        signal,
        limitMs: LIST_LIMIT_MS,
      });
      if (timedOut || code !== 0)
        throw new LlcError(75, `${link.host}:${runs} could not be listed.`, 'It is tried again.');
      return readRuns(stdout.toString('utf8'));
    },

    async pull(runIds, targetDir, signal, onProgress) {
      const { runs } = await layoutThere(signal);
      const answers: (Failure | null)[] = [];
      for (const runId of runIds)
        answers.push(
          isRunId(runId)
            ? await link.files(async (sftp, either) => {
                const files = { host: link.host, sftp, signal: either };
                const source = await sourceOf(files, posix.join(runs, runId), runId);
                return isFailure(source)
                  ? source
                  : pullRun(runId, source, targetDir, signal, onProgress);
              }, signal)
            : failure('lost', `${JSON.stringify(runId)} is no run.`),
        );
      return answers;
    },

    async remove(runIds, signal) {
      const { runs, staging } = await layoutThere(signal);
      const { stdout } = await runScript(
        link,
        removeScript(runs, staging, runIds.filter(isRunId)),
        { signal, limitMs: REMOVE_LIMIT_MS },
      );
      const said = new Map(
        stdout
          .toString('utf8')
          .split('\0')
          .map((line) => [line.slice(0, 12), line.slice(13)] as const),
      );
      return runIds.map((runId) => {
        if (!isRunId(runId)) return failure('lost', `${JSON.stringify(runId)} is no run.`);
        const answer = said.get(runId);
        if (answer === 'gone') return null;
        const why = harmlessText(answer ?? 'it gave no answer', 500);
        return failure(
          /denied|permitted/i.test(why) ? 'permission' : 'unavailable',
          `${link.host} has not removed ${posix.join(runs, runId)}: ${why}.`,
        );
      });
    },
  };
}

/** A line a file, ended by NUL: size, when it was modified, and its path below `runs`. */
function listScript(runs: string): string {
  return `cd ${shellWord(runs)} 2>/dev/null || exit 0
find . -mindepth 2 -type f -printf '%s\\t%T@\\t%P\\0' 2>/dev/null
true`;
}

/** Those with a manifest; the time is the manifest's. */
export function readRuns(printed: string): readonly StoredRun[] {
  const runs = new Map<string, { bytes: number; modified: number | null }>();
  for (const line of printed.split('\0')) {
    const [size, modified, path] = line.split('\t');
    const [runId = '', name, ...deeper] = path?.split('/') ?? [];
    const bytes = Number(size);
    const at = Number(modified) * 1000;
    if (!isRunId(runId) || !Number.isSafeInteger(bytes) || bytes < 0) continue;
    const run = runs.get(runId) ?? { bytes: 0, modified: null };
    run.bytes += bytes;
    if (name === RUN_FILES.manifest && deeper.length === 0 && Math.abs(at) < 8e15)
      run.modified = at;
    runs.set(runId, run);
  }
  return [...runs].flatMap(([runId, { bytes, modified }]) =>
    modified === null ? [] : [{ runId, bytes, modified: new Date(modified).toISOString() }],
  );
}

/**
 * Each loses its name first, so that none is seen half removed. rm follows no link, and a link in a run's place is
 * left to whoever made it.
 */
function removeScript(runs: string, staging: string, runIds: readonly string[]): string {
  return `mkdir -p ${shellWord(staging)}
cd ${shellWord(runs)} 2>/dev/null || cd /
remove() {
  if [ -L "$1" ]; then printf '%s\\ta link, which llc does not follow\\0' "$1"
  elif [ ! -e "$1" ]; then printf '%s\\tgone\\0' "$1"
  elif [ ! -d "$1" ]; then printf '%s\\tno folder\\0' "$1"
  else
    aside=${shellWord(staging)}/$1~gone~ssh~$$
    said=$(mv "$1" "$aside" 2>&1 && rm -rf "$aside" 2>&1) && said=gone
    printf '%s\\t%s\\0' "$1" "\${said:-no reason is given}"
  fi
}
${runIds.map((runId) => `remove ${runId}`).join('\n')}
true`;
}

/** What lies there, or why it cannot be pulled. */
async function sourceOf(files: Files, dir: string, runId: string): Promise<RunSource | Failure> {
  const manifestPath = posix.join(dir, RUN_FILES.manifest);
  try {
    const size = await plainSize(files, manifestPath);
    if (size === null || size > MANIFEST_BYTES)
      return failure('lost', `${files.host}:${manifestPath} is no manifest.`);
    const names = namesIn((await bytesThere(files, manifestPath, 0, size)).toString('utf8'));
    if (names === null) return failure('lost', `${files.host}:${manifestPath} is no manifest.`);
    const source = new Map<string, SourceFile>();
    for (const name of [...names, RUN_FILES.manifest]) {
      const path = posix.join(dir, name);
      const bytes = await plainSize(files, path);
      if (bytes === null) return failure('lost', `${files.host}:${path} is no plain file.`);
      source.set(name, { bytes, read: (from) => readThere(files, path, from, bytes) });
    }
    return source;
  } catch (error) {
    if (isMissing(error))
      return failure('lost', `There is no whole run ${runId} on ${files.host}, in ${dir}.`);
    if (isForbidden(error)) return failure('permission', (error as Error).message);
    throw error;
  }
}

/** Null for a link, a folder, … */
async function plainSize(files: Files, path: string): Promise<number | null> {
  const stats = await sftpCall<{ size: number; isFile(): boolean }>(files, path, (sftp, answer) =>
    sftp.lstat(path, answer),
  );
  return stats.isFile() ? stats.size : null;
}

function namesIn(text: string): readonly string[] | null {
  try {
    const manifest: unknown = JSON.parse(text);
    if (!isManifest(manifest)) return null;
    const names = Object.keys(manifest.files);
    return names.every((name) => name === basename(name) && !name.startsWith('.')) ? names : null;
  } catch {
    return null;
  }
}

function isFailure(source: RunSource | Failure): source is Failure {
  return source !== null && 'errorType' in source;
}

function failure(errorType: Failure['errorType'], error: string): Failure {
  return { stage: 'collect', errorType, error, traceback: '' };
}
