import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether somebody has set up a token, where the SDK looks for one; not whether Modal takes it. */
export function hasToken(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(environment['MODAL_TOKEN_ID']) || existsSync(configPath(environment));
}

/** The file that the SDK reads. */
function configPath(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['MODAL_CONFIG_PATH'] || join(homedir(), '.modal.toml');
}
