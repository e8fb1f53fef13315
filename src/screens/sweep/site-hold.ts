import { type KeyOf, withKeys } from './keys-in-text.ts';
import type { NextStep } from './next-step.ts';
import { reasonName } from './reason-name.ts';

/** Reasons of a queue that pass by nobody's waiting: who must act, and how. `ID` stands for the job's number. */
const HOLDS: Readonly<Record<string, { readonly word: string; readonly advice: string }>> = {
  JobHeldUser: { word: 'held', advice: 'Release it: scontrol release ID' },
  JobHeldAdmin: { word: 'held', advice: 'The site holds it: ask its staff.' },
  BadConstraints: {
    word: 'bad limit',
    advice: 'No node can serve it. {cancel} cancels it; ask for less.',
  },
  DependencyNeverSatisfied: { word: 'held', advice: 'It can never start. {cancel} cancels it.' },
  PartitionTimeLimit: {
    word: 'bad limit',
    advice: 'It asks for more time than the partition has.',
  },
  PartitionNodeLimit: { word: 'bad limit', advice: 'It asks for more than the partition has.' },
  PartitionDown: {
    word: 'part. down',
    advice: 'The partition is down. {cancel} cancels it; use another.',
  },
  PartitionInactive: {
    word: 'part. down',
    advice: 'The partition is off. {cancel} cancels it; use another.',
  },
  InvalidAccount: { word: 'held', advice: 'The account is not valid here. {cancel} cancels it.' },
  InvalidQOS: { word: 'held', advice: 'The QOS is not valid here. {cancel} cancels it.' },
  AccountNotAllowed: {
    word: 'held',
    advice: 'The partition refuses the account. {cancel} cancels it.',
  },
  QOSNotAllowed: { word: 'held', advice: 'The partition refuses the QOS. {cancel} cancels it.' },
};

/** The word of a wait that lasts until somebody acts, at most ten columns; null where waiting is enough. */
export function holdWord(reason: string): string | null {
  return HOLDS[reasonName(reason)]?.word ?? null;
}

/** Why the place where it waits does not start it, where somebody must act. */
export function siteHold(reason: string, handle: string, keyOf: KeyOf): NextStep | null {
  const hold = HOLDS[reasonName(reason)];
  if (hold === undefined) return null;
  return {
    why: `The queue holds it: ${reasonName(reason)}.`,
    advice: withKeys(hold.advice, keyOf).replace('ID', handle),
    command: null,
  };
}
