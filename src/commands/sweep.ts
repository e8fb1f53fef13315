import type { Command } from 'commander';
import type { Rim } from './rim.ts';
import { addStartCommand } from './start-command.ts';

/** Adds `llc sweep`: problems x samplers x seeds, one sampler a job. */
export function addSweep(program: Command, rim: Rim): void {
  addStartCommand(program, rim, {
    name: 'sweep',
    about: 'Run problems x samplers x seeds, one sampler a job, and compare them.',
    example: '  llc sweep --preset=quick\n  llc sweep --study=study.yaml --workers=2',
  });
}
