import { join } from 'node:path';
import type { StartOptions } from '../dispatch/supervisor/start-supervisor.ts';
import type { Rim } from './rim.ts';

/** How a command starts the background process of a sweep. */
export function startOptions({ distDir, signal }: Rim, takeOver = false): StartOptions {
  return { entry: join(distDir, 'supervisor.js'), takeOver, signal };
}
