import { randomUUID } from 'node:crypto';
import { LlcError } from '../../../dispatch/errors.ts';
import type { CommandEnd } from '../cluster.ts';
import type { Link } from './link.ts';
import { runScript, type ScriptOptions } from './run-script.ts';
import { shellWord } from './shell-script.ts';

/**
 * Runs a program there with these words, each taken literally.
 *
 * @param environment - commands to sh that come first
 * @throws LlcError 69 where there is no such program; 75 as `runScript`
 */
export async function runWords(
  link: Link,
  words: readonly string[],
  environment: string,
  options: ScriptOptions,
): Promise<CommandEnd> {
  const missing = `llc-missing-${randomUUID()}`;
  const program = shellWord(words[0] ?? '');
  const script = [
    environment,
    `command -v ${program} >/dev/null 2>&1 || { echo ${missing}; exit 127; }`,
    // Without anybody to hear it, a command that hangs would keep its session, of which there are few.
    `limit=$(command -v timeout >/dev/null && echo timeout -s KILL ${Math.ceil(options.limitMs / 1000)})`,
    `exec $limit ${words.map(shellWord).join(' ')}`,
  ].join('\n');
  const { code, stdout, stderr, timedOut } = await runScript(link, script, options);
  const said = stdout.toString('utf8');
  if (code === 127 && said === `${missing}\n`)
    throw new LlcError(
      69,
      `There is no ${words[0]} on ${link.host}.`,
      'Name a login node of the cluster, on which a login shell finds it.',
    );
  return { code, stdout: said, stderr: stderr.toString('utf8'), timedOut };
}
