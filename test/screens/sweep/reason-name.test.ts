import { expect, test } from 'vitest';
import { reasonName, shortReason } from '../../../src/screens/sweep/reason-name.ts';
import { holdWord } from '../../../src/screens/sweep/site-hold.ts';

test.each([
  ['others are before it (Priority)', 'Priority', 'Priority'],
  ['(Resources)', 'Resources', 'Resources'],
  ['no H100', 'no H100', 'no'],
  [
    'the nodes it needs are down — the site must act (ReqNodeNotAvail, UnavailableNodes:c1)',
    'ReqNodeNotAvail, UnavailableNodes:c1',
    'ReqNodeNotAvail',
  ],
  ['JobHeldUser since noon', 'JobHeldUser since noon', 'JobHeldUser'],
  ['', '', ''],
])('%j is %j in short, known as %j', (reason, short, name) => {
  expect(shortReason(reason)).toBe(short);
  expect(reasonName(reason)).toBe(name);
});

test('a reason in words whose name asks for somebody to act is a hold', () => {
  expect(holdWord('longer than the partition allows — you must act (PartitionTimeLimit)')).toBe(
    'bad limit',
  );
  expect(holdWord('others are before it (Priority)')).toBeNull();
});
