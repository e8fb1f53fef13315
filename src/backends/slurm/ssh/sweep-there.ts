import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { slurmLayout } from '../../../dispatch/artifacts/layout.ts';

/**
 * What the folder of a sweep is called on a host: its name here and six random hex digits, since sweeps of other
 * directories and other machines may have the same name. Kept in the sweep, so that every later process says the same.
 *
 * @param sweepDir - where no such folder is, no sweep has begun, and its name is all there is
 */
export function sweepNameThere(sweepDir: string): string {
  const name = basename(sweepDir);
  if (!existsSync(sweepDir)) return name;
  const { dir, place } = slurmLayout(sweepDir);
  if (!existsSync(place)) {
    mkdirSync(dir, { recursive: true });
    const temporary = `${place}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(temporary, randomBytes(3).toString('hex'));
    try {
      linkSync(temporary, place);
    } catch (error) {
      // Another process was quicker: its word holds.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  }
  return `${name}-${readFileSync(place, 'utf8').trim()}`;
}
