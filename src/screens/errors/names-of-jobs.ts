import type { PlannedJob } from '../../dispatch/journal/events.ts';
import { samplerName } from '../sweep/families.ts';

/**
 * Names of several jobs in few words: `medium s6 mclmc`, `large hmc s1 s4 s7`, `large, all samplers`.
 *
 * @param samplers - all of the sweep
 */
export function namesOfJobs(jobs: readonly PlannedJob[], samplers: readonly string[]): string {
  const [first] = jobs;
  if (first === undefined) return '';
  const seedWord = ({ seed }: PlannedJob) => `s${seed}`;
  if (jobs.length === 1) return `${first.problem} ${seedWord(first)} ${samplerName(first)}`;
  const problems = [...new Set(jobs.map(({ problem }) => problem))];
  const used = [...new Set(jobs.map(samplerName))];
  const seeds = [...new Set(jobs.map(seedWord))];
  const isAll = used.length > 1 && used.length === samplers.length;
  const usedText = isAll ? 'all samplers' : used.join(' ');
  if (problems.length > 1) return `${problems.join(' ')}, ${usedText}`;
  if (used.length === 1) return `${first.problem} ${usedText} ${seeds.join(' ')}`;
  if (seeds.length === 1) return `${first.problem} ${seeds[0]}, ${usedText}`;
  return `${first.problem}, ${usedText}`;
}
