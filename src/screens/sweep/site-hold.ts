import type { NextStep } from './next-step.ts';

/** Reasons of a queue that pass by nobody's waiting: who must act, and how. `ID` stands for the job's number. */
const HOLDS: Readonly<Record<string, string>> = {
  JobHeldUser: 'Release it: scontrol release ID',
  JobHeldAdmin: 'The site holds it: ask its staff.',
  BadConstraints: 'No node can serve it. x cancels it; ask for less.',
  DependencyNeverSatisfied: 'It can never start. x cancels it.',
  PartitionTimeLimit: 'It asks for more time than the partition has.',
  PartitionNodeLimit: 'It asks for more than the partition has.',
  PartitionDown: 'The partition is down. x cancels it; use another.',
  PartitionInactive: 'The partition is off. x cancels it; use another.',
  InvalidAccount: 'The account is not valid here. x cancels it.',
  InvalidQOS: 'The QOS is not valid here. x cancels it.',
  AccountNotAllowed: 'The partition refuses the account. x cancels it.',
  QOSNotAllowed: 'The partition refuses the QOS. x cancels it.',
};

/** Why the place where it waits does not start it, where somebody must act. */
export function siteHold(reason: string, handle: string): NextStep | null {
  const hold = HOLDS[nameOf(reason)];
  if (hold === undefined) return null;
  return {
    why: `The queue holds it: ${nameOf(reason)}.`,
    advice: hold.replace('ID', handle),
    command: null,
  };
}

/** `JobHeldUser` of `(JobHeldUser)` and `JobHeldUser since …`. */
function nameOf(reason: string): string {
  return /[A-Za-z]+/.exec(reason)?.[0] ?? '';
}
