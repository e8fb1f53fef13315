import { execFile } from 'node:child_process';
import { LlcError } from '../../../dispatch/errors.ts';
import { readSshSettings, type SshSettings } from './ssh-settings.ts';

const LIMIT_MS = 10_000;

export interface SshConfiguration {
  /** Read instead of `~/.ssh/config` and the system's. Default: those. */
  readonly configFile?: string;
  /** Default: this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Asks the system's ssh how a host is reached: aliases, patterns, `Include` and `Match` are its own business.
 *
 * @param port - of a jump host that was named with one; null for what the configuration says
 * @throws LlcError 69 where there is no ssh, or it refuses its configuration
 */
export async function askSsh(
  host: string,
  { configFile, environment = process.env }: SshConfiguration,
  signal: AbortSignal,
  port: number | null = null,
): Promise<SshSettings> {
  if (host.trim() === '' || host.startsWith('-'))
    throw new LlcError(64, `No host: ${JSON.stringify(host)}.`, 'Name one as `ssh HOST` takes it.');
  const words = [
    '-G',
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === null ? [] : ['-p', String(port)]),
    '--',
    host,
  ];
  const printed = await new Promise<string>((resolve, reject) => {
    const options = { signal, timeout: LIMIT_MS, maxBuffer: 2 ** 20, env: environment };
    execFile('ssh', words, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (signal.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT')
        reject(
          new LlcError(
            69,
            'There is no ssh on this machine, whose configuration says how a host is reached.',
            'Install the OpenSSH client.',
          ),
        );
      else
        reject(
          new LlcError(
            69,
            `ssh does not understand its configuration for ${host}: ${stderr.trim() || error.message}.`,
            `Put right what \`ssh -G ${host}\` complains of.`,
          ),
        );
    });
  });
  return readSshSettings(host, printed, environment);
}
