import { harmlessText } from '../../dispatch/job/harmless-text.ts';
import type { ErrorType, Failure } from '../../dispatch/job/words.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';

/** The cause of some failures in a few words; what differs between them is left out. */
export function causeText(failures: readonly Failure[]): string {
  const texts = new Set(failures.map(inDetail));
  const [first = ''] = texts;
  if (texts.size === 1) return first;
  return ERROR_WORDS[failures[0]?.errorType ?? 'internal'];
}

function inDetail(failure: Failure): string {
  const word = ERROR_WORDS[failure.errorType];
  const detail = DETAILS[failure.errorType]?.(failure.error);
  if (detail === undefined) return `${word}: ${firstSentence(failure.error)}`;
  return `${word}${detail}`;
}

/** What is said behind the word; kinds that are not here tell the beginning of their message. */
const DETAILS: Readonly<Partial<Record<ErrorType, (error: string) => string>>> = {
  oom: (error) => {
    const found = /([\d.]+) of (?:the |its )?([\d.]+) GB/i.exec(error);
    return found === null ? '' : `: ${found[1]} of ${found[2]} GB`;
  },
  diverged: (error) => {
    const found = /(?:step|draw|transition) ([\d,]+)/i.exec(error);
    return found === null ? '' : ` at ${found[0].toLowerCase()}`;
  },
  timeout: (error) => {
    const found = /([\d.]+) min/.exec(error);
    return found === null ? '' : `: limit ${found[1]} min`;
  },
  stalled: () => '',
  silent: () => '',
  lost: () => ': gone without a result',
  preempted: () => '',
  node_failure: () => '',
};

function firstSentence(error: string): string {
  const plain = harmlessText(error).replace(/\s+/g, ' ').trim();
  return /^.*?[.!?](?=\s|$)/.exec(plain)?.[0].slice(0, -1) ?? plain;
}

/** Whose affair a kind of failure is. */
export function liesWith(errorType: ErrorType, backend: string): string {
  // Modal starts nothing where the money is short, and does not say so.
  if (errorType === 'stalled') return backend === 'modal' ? 'account' : 'site';
  return LIES_WITH[errorType];
}

const LIES_WITH: Readonly<
  Record<Exclude<ErrorType, 'stalled'>, 'job' | 'site' | 'account' | 'llc'>
> = {
  oom: 'job',
  timeout: 'job',
  crash: 'job',
  diverged: 'job',
  config: 'job',
  silent: 'site',
  lost: 'site',
  preempted: 'site',
  node_failure: 'site',
  unavailable: 'site',
  throttled: 'site',
  image: 'site',
  disk_full: 'site',
  cancelled_by_site: 'site',
  auth: 'account',
  billing: 'account',
  permission: 'account',
  schema: 'llc',
  internal: 'llc',
};
