import type { CleanPlan } from '../dispatch/artifacts/clean-plan.ts';
import type { CleanOutcome } from '../dispatch/artifacts/clean-runs.ts';
import { LlcError } from '../dispatch/errors.ts';
import { amountText, cleanJson, stayingLines, summaryText } from './clean-report.ts';
import type { CleanFlags } from './clean-selection.ts';
import type { Rim } from './rim.ts';

/** More than these are not removed on a single letter. */
const MOST_ON_Y = 20;

/** Whether the runs of a plan may be removed: `--yes`, or a person said so. */
export async function isConfirmed(plan: CleanPlan, flags: CleanFlags, rim: Rim): Promise<boolean> {
  if (flags.yes) return true;
  if (flags.json || !rim.canAsk) {
    rim.note('Nothing removed: add --yes.');
    rim.exitCode = 64;
    return false;
  }
  const count = plan.remove.length;
  const isMany = count > MOST_ON_Y;
  const question = isMany
    ? `Type ${count} to remove them, enter to keep everything: `
    : `Remove ${amountText(plan.remove)}? y/n `;
  const answer = await rim.ask(question).catch((error: unknown) => {
    if (!rim.signal.aborted) throw error;
    rim.print('');
    throw new LlcError(130, 'interrupted', 'Nothing was removed.');
  });
  if (answer.trim() === (isMany ? String(count) : 'y')) return true;
  rim.print('Nothing removed.');
  return false;
}

/** Tells what was done, and how it ended. */
export function tell(plan: CleanPlan, end: CleanOutcome, { json }: CleanFlags, rim: Rim): void {
  const outcome = {
    removed: end.removed,
    kept: [...plan.kept, ...end.kept],
    failed: [...plan.failed, ...end.failed],
  };
  if (json) rim.print(JSON.stringify(cleanJson([], outcome), null, 2));
  else for (const line of [...stayingLines(end), summaryText(outcome)]) rim.print(line);
  if (outcome.failed.length > 0) rim.exitCode = 1;
  if (rim.signal.aborted) {
    const rest = plan.remove.length - end.removed.length - end.kept.length - end.failed.length;
    throw new LlcError(130, 'interrupted', `${rest} were not looked at and are still there.`);
  }
}
