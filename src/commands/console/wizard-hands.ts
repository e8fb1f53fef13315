import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { flagsOfArgv } from '../../dispatch/config/flags.ts';
import { readOption } from '../../dispatch/config/read-option.ts';
import { RUN_OPTIONS, type RunOptionName, snakeName } from '../../dispatch/config/run-options.ts';
import type { Effect } from '../../screens/console/screen.ts';
import type { Stimulus } from '../../screens/console/stimulus.ts';
import { type Loaded, loadedValue, WAITING } from '../../screens/known/loaded.ts';
import type { Choices } from '../../screens/wizard/last-choices.ts';
import { askedBy, type Offer, type WizardKnown } from '../../screens/wizard/wizard-known.ts';
import { sweepsDirOf } from '../newest-sweep.ts';
import { openRemembered } from '../remembered.ts';
import type { Rim } from '../rim.ts';
import { startSweepFromArgv } from '../start-sweep.ts';
import { errorWords } from './error-words.ts';
import { jobPrice } from './job-price.ts';
import { observedRates } from './observed-rates.ts';
import {
  checkFor,
  discoverFor,
  hostOf,
  loadStudy,
  planFor,
  type SeenBefore,
  studyText,
} from './wizard-answers.ts';

type Start = Extract<Effect, { kind: 'start' }>;
export type WizardEffect = Extract<
  Effect,
  { kind: 'start' | 'check' | 'discover' | 'plan' | 'save-study' | 'load-study' }
>;

/** Answers the wizard's questions; of several plans asked for in a row only the last is made. */
export interface WizardHands {
  do(effect: WizardEffect): Promise<void>;
}

/** A person types faster than plans are made. */
const PAUSE_MS = 120;

/** @param unlock - asks the person for the passphrases of the keys that this host wants */
export function wizardHands(
  rim: Rim,
  known: () => WizardKnown,
  tell: (stimulus: Stimulus) => void,
  unlock: (host: string) => Promise<void>,
): WizardHands {
  let planned = 0;
  let asked: readonly string[] | null = null;
  const seen: SeenBefore = {
    observed: observedRates(sweepsDirOf(rim.cwd)),
    perHour: (options) => jobPrice(known().offers, options),
  };
  let checking = new AbortController();
  let unlocking: Promise<void> | null = null;

  /** One terminal, one question. */
  function unlocked(host: string): Promise<void> {
    unlocking ??= unlock(host).finally(() => {
      unlocking = null;
    });
    return unlocking;
  }

  const learn = (news: Partial<WizardKnown>): void =>
    tell({ kind: 'known', known: { wizard: { ...known(), ...news } } });

  async function plan(flags: readonly string[]): Promise<void> {
    planned += 1;
    const own = planned;
    const to = askedBy(flags);
    asked = flags;
    learn({ plan: { to, answer: WAITING } });
    await delay(PAUSE_MS);
    if (own === planned) await answerPlan(flags);
  }

  async function answerPlan(flags: readonly string[]): Promise<void> {
    planned += 1;
    const own = planned;
    const answer = await loaded(() => planFor(flags, rim, seen));
    if (own === planned) learn({ plan: { to: askedBy(flags), answer } });
  }

  async function check(flags: readonly string[], again: boolean): Promise<void> {
    checking.abort();
    checking = new AbortController();
    const signal = AbortSignal.any([checking.signal, rim.signal]);
    const to = askedBy(flags);
    learn({ preflight: { to, answer: WAITING } });
    const host = again ? await hostOf(flags, rim) : null;
    if (host !== null) await unlocked(host);
    const answer = await loaded(() => checkFor(flags, rim, signal));
    if (!signal.aborted) learn({ preflight: { to, answer } });
  }

  async function discover(place: string, again: boolean): Promise<void> {
    const offers = (answer: Loaded<never> | Awaited<ReturnType<typeof ask>>) =>
      learn({ offers: { ...known().offers, [place]: answer } });
    const ask = () => loaded(() => discoverFor(place, rim, rim.signal));
    offers(WAITING);
    if (again && place.startsWith('ssh:')) await unlocked(place.slice('ssh:'.length));
    const answer = await ask();
    offers(answer);
    // What was counted before its prices were known is counted anew.
    if (asked !== null && hasPrices(answer)) await answerPlan(asked);
  }

  /** What it says on the way would be written across the screen; what stops it is said in the wizard. */
  async function start({ flags, choices }: Start): Promise<void> {
    const notes: string[] = [];
    const quiet: Rim = { ...rim, print: () => {}, note: (text) => void notes.push(text) };
    try {
      const started = await startSweepFromArgv(flags, quiet);
      if (started === null) return;
      const { sweepId } = started;
      const remembered = await rememberChoices(flags, choices);
      // The next wizard counts anew: these jobs will be there.
      learn({ plan: null, preflight: null, ...remembered });
      tell({ kind: 'opened', opening: { screen: 'grid', sweepId } });
      const [note] = notes;
      if (note !== undefined) tell({ kind: 'said', text: note });
    } catch (error) {
      tell({ kind: 'said', text: errorWords(error) });
    }
  }

  async function save(path: string, flags: readonly string[]): Promise<void> {
    try {
      await writeFile(resolve(rim.cwd, path), await studyText(flags, rim), { flag: 'wx' });
      tell({ kind: 'said', text: `Saved: ${path}. Start it again: llc sweep --study=${path}` });
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
      const text = isThere ? `${path} is there already; give another name.` : errorWords(error);
      tell({ kind: 'said', text });
    }
  }

  return {
    async do(effect) {
      switch (effect.kind) {
        case 'plan':
          return plan(effect.flags);
        case 'check':
          return check(effect.flags, effect.again);
        case 'discover':
          return discover(effect.backend, effect.again);
        case 'start':
          return start(effect);
        case 'save-study':
          return save(effect.path, effect.flags);
        case 'load-study': {
          const { path } = effect;
          learn({ study: { to: path, answer: WAITING } });
          const answer = await loaded(() => loadStudy(path, rim));
          learn({ study: { to: path, answer } });
        }
      }
    },
  };
}

/** Keeps what was chosen; the next wizard begins with what is told here. What cannot be kept is asked again then. */
async function rememberChoices(
  flags: readonly string[],
  { options, last }: Choices,
): Promise<Pick<WizardKnown, 'remembered' | 'last'> | null> {
  try {
    const file = await openRemembered();
    const keep = (option: RunOptionName, value: unknown) => {
      if (RUN_OPTIONS[option].remembered) file.set(snakeName(option), value);
    };
    // Also what needed no flag, because the environment or the study says the same.
    for (const [name, value] of Object.entries(options))
      if (name !== 'ssh') keep(name as RunOptionName, value);
    for (const [name, text] of Object.entries(flagsOfArgv(flags).options)) {
      const option = name as RunOptionName;
      const read = readOption(option, text, name);
      if (read.ok) keep(option, read.value);
    }
    file.set('wizard', last);
    return { remembered: file.read().values, last };
  } catch {
    // A sweep that has started is not to be stopped by it.
    return null;
  }
}

function hasPrices(offer: Loaded<Offer>): boolean {
  return loadedValue(offer)?.discovery.gpuTypes.some(({ perHour }) => perHour !== null) ?? false;
}

async function loaded<T>(ask: () => Promise<T>): Promise<Loaded<T>> {
  try {
    return { kind: 'here', value: await ask() };
  } catch (error) {
    const { hint = '' } = error as { hint?: string };
    return { kind: 'failed', why: (error as Error).message, hint };
  }
}
