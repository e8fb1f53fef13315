import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import type { Deed } from '../contract/harness.ts';
import { backendContract } from '../contract.ts';
import { attemptIn, backendIn, NEVER } from './attempts.ts';

const PROBLEMS: Record<Deed, string> = {
  'ends ok': 'ok',
  hangs: 'hang',
  fails: 'crash',
  'finishes when asked': 'finishes-when-asked',
  'is refused': 'stubborn',
};

backendContract('local', { wake: true, storage: false }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'llc-contract-'));
  const inTheWay = join(dir, 'file');
  writeFileSync(inTheWay, '');
  const request = { jobs: [standInJob('ok')], resources: RESOURCES };
  return {
    backend: backendIn(dir),
    laterDispatcher: () => backendIn(dir),
    attempt(deed, number) {
      const attempt = attemptIn(dir, PROBLEMS[deed], number);
      return deed === 'is refused' ? { ...attempt, dir: join(inTheWay, 'attempt') } : attempt;
    },
    accepted: request,
    refused: { ...request, resources: { ...RESOURCES, gpuMode: 'vectorized' } },
    pass: () => new Promise((resolve) => setImmediate(resolve)),
    timesStarted: async (attempt) => workersOf(attempt.dir),
    async cleanUp(handles) {
      await backendIn(dir, { graceMs: 0 }).cancel(handles, NEVER);
      rmSync(dir, { recursive: true });
    },
  };
});

/** Processes whose last argument is this folder. */
function workersOf(dir: string): number {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`\0${dir}\0`);
    } catch {
      return false;
    }
  }).length;
}
