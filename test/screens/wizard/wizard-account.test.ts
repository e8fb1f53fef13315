import { expect, test } from 'vitest';
import { loadedValue } from '../../../src/screens/known/loaded.ts';
import { flagsOf } from '../../../src/screens/wizard/wizard-items.ts';
import { toStep } from '../../../src/screens/wizard/wizard-moves.ts';
import { wizardScreen } from '../../../src/screens/wizard/wizard-screen.ts';
import { openWizard, type WizardState } from '../../../src/screens/wizard/wizard-state.ts';
import { textOf } from '../../../src/ui/line.ts';
import { command } from '../screen-context.ts';
import { answered, OFFERS, offer, REMEMBERED, shown } from './wizard-context.ts';

const partitions = loadedValue(OFFERS.slurm)?.discovery.partitions ?? [];

/** The cluster with two accounts, one of which `low` does not take. */
const TWO = {
  ...OFFERS,
  slurm: offer({
    partitions: partitions.map((one) =>
      one.name === 'low' ? { ...one, accounts: ['lab-shared'] } : one,
    ),
    accounts: ['lab-geom', 'lab-shared'],
  }),
};

type Offers = typeof OFFERS;

function press(state: WizardState, names: readonly string[], offers: Offers = TWO): WizardState {
  return names.reduce((before, name) => {
    const context = answered(before, { offers });
    const typed = wizardScreen.type?.(before, { kind: 'key', name }, context);
    if (typed != null) return typed.state ?? before;
    const act = command(name as Parameters<typeof command>[0]);
    return wizardScreen.act(before, act, context).state ?? before;
  }, state);
}

function rows(state: WizardState): string[] {
  return shown(state, answered(state, { offers: TWO })).slice(5);
}

function atAccount(remembered: Readonly<Record<string, unknown>>, offers?: Offers): WizardState {
  const state = openWizard(remembered);
  const { known } = answered(state, offers === undefined ? {} : { offers });
  const there = toStep(state, 5, known);
  return { ...there, row: 4 };
}

test('the account is chosen from those that the cluster tells, the one in force under the cursor', () => {
  const listed = press(atAccount({ ...REMEMBERED, slurm_account: 'lab-shared' }), ['enter']);
  expect(rows(listed).slice(0, 4)).toEqual([
    '> 5 Options     account',
    '    lab-geom',
    '  [ lab-shared ]',
    '    another...',
  ]);
  const chosen = press(listed, ['up', 'enter']);
  expect(flagsOf(chosen)).toContain('--slurm-account=lab-geom');
  expect(rows(chosen)[6]).toBe(
    '    account lab-geom   minutes [ 180 ]   cpus 4   memory 16 GB   more...',
  );
});

test('another account can be typed, and esc leaves the list as it was', () => {
  const listed = press(atAccount(REMEMBERED), ['enter']);
  const typed = press(listed, ['down', 'down', 'enter', 'ctrl-u', ...'guests', 'enter']);
  expect(flagsOf(typed)).toContain('--slurm-account=guests');
  expect(typed).toMatchObject({ step: 5, within: null });
  const left = press(listed, ['down', 'back']);
  expect(left).toMatchObject({ step: 5, within: null });
  expect(flagsOf(left)).toEqual(flagsOf(listed));
});

test('an account that the chosen partition does not take is off, and says why', () => {
  const listed = press(atAccount({ ...REMEMBERED, slurm_partition: 'low' }), ['enter']);
  const context = answered(listed, { offers: TWO });
  const why = 'low does not take lab-geom: it takes lab-shared.';
  expect(textOf(wizardScreen.message?.(listed, context) ?? [])).toBe(why);
  expect(wizardScreen.act(listed, command('enter'), context)).toMatchObject({ say: why });
});

test('where the cluster tells no accounts one is typed at once', () => {
  const offers = { ...OFFERS, slurm: offer({ partitions }) };
  const typing = press(atAccount(REMEMBERED, offers), ['enter'], offers);
  expect(typing).toMatchObject({
    within: null,
    typing: { kind: 'option', name: 'slurmAccount', field: { text: 'lab-geom' } },
  });
});
