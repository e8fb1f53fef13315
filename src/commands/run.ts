import type { Command } from 'commander';
import type { Rim } from './rim.ts';
import { addStartCommand } from './start-command.ts';

/** Adds `llc run`: one job; a sweep of one that leaves the sweep's tables alone. */
export function addRun(program: Command, rim: Rim): void {
  addStartCommand(program, rim, {
    name: 'run',
    about: 'Run one job: one problem, one sampler, one seed.',
    example: '  llc run --sampler=hmc --preset=quick --seed=7',
  });
}
