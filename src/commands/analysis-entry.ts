import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Rim } from './rim.ts';

/** The program of the thread that reads and judges stored draws. */
export function analysisEntry({ distDir }: Rim): URL {
  return pathToFileURL(join(distDir, 'analysis.js'));
}
