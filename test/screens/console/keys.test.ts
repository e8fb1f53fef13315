import { expect, test } from 'vitest';
import { bindingsOf } from '../../../src/screens/console/bindings.ts';
import { footLines } from '../../../src/screens/console/foot-lines.ts';
import { helpRows } from '../../../src/screens/console/help-lines.ts';
import { textOf } from '../../../src/ui/line.ts';
import { COMMANDS_OF, SCREENS, smallConsole } from './small-console.ts';

const foot = (console: ReturnType<typeof smallConsole>) =>
  footLines(SCREENS, console.state).map(textOf);

test('four keys in one packet move four rows', () => {
  const console = smallConsole();
  console.press('j', 'j', 'j', 'j');
  expect(console.place.cursor).toBe(4);
});

test('a filter that comes in one packet with its enter is in force', () => {
  const console = smallConsole();
  console.press('/', 'o', 'o', 'm', 'enter');
  expect(console.place.filter).toBe('oom');
  expect(console.state.sheet).toBeNull();
});

test('the screen follows the filter at each key, and esc brings back what was in force', () => {
  const console = smallConsole();
  console.press('/', 'h', 'm', 'c', 'enter');
  console.press('/', 'x');
  expect(console.place.filter).toBe('hmcx');
  console.press('esc');
  expect(console.place.filter).toBe('hmc');
});

test('a question hears no key of the packet that asked it', () => {
  const console = smallConsole();
  console.press('x', 'y');
  expect(console.effects).toEqual([]);
  expect(console.state.sheet?.kind).toBe('question');
  console.press('y');
  expect(console.effects).toMatchObject([{ kind: 'order', action: 'cancel' }]);
});

test.each(['n', 'esc', 'enter', 'j', 'x'])('%s is not yes', (key) => {
  const console = smallConsole();
  console.press('x');
  console.press(key);
  expect(console.effects).toEqual([]);
});

test('a question of many is answered by their number alone', () => {
  const console = smallConsole();
  console.press('D');
  console.press('y');
  console.press('enter');
  expect(console.effects).toEqual([]);
  console.press('D');
  console.press('3', '6', 'enter');
  expect(console.effects).toEqual([]);
  console.press('D');
  console.press('3', '7', 'enter');
  expect(console.effects).toMatchObject([{ kind: 'clean' }]);
});

test('what is asked for is marked at once, and no more when it is answered', () => {
  const console = smallConsole();
  console.press('r');
  expect(console.state.asked.get('a')).toBe('retry');
  const [order] = console.effects;
  if (order?.kind !== 'order') throw new Error('no order');
  const answer = { done: [], refused: [{ jobId: 'a', why: 'it has ended' }], until: null };
  console.tell({ kind: 'answered', order, answer });
  expect(console.state.asked.size).toBe(0);
  expect(foot(console)[0]).toBe('a: it has ended.');
});

test('the next step stands on the command line and is sent by enter', () => {
  const console = smallConsole();
  console.press('.');
  expect(foot(console)[0]).toContain(':retry mem-gb=32');
  console.press('enter');
  expect(console.effects).toMatchObject([{ kind: 'order', note: 'mem-gb,32' }]);
});

test('a command that is mistyped is answered with the nearest', () => {
  const console = smallConsole();
  console.press(':', ...'retyr', 'enter');
  expect(foot(console)[0]).toBe('No command retyr. Did you mean retry?');
});

test('tab completes the name of a command', () => {
  const console = smallConsole();
  console.press(':', 'r', 'e', 't', 'tab');
  expect(foot(console)[0]).toContain(':retry ');
});

test('a key without a meaning says where the keys are', () => {
  const console = smallConsole();
  console.press('Z');
  expect(foot(console)[0]).toBe('Z does nothing here. ? lists the keys.');
});

test('a command that is off says why', () => {
  const console = smallConsole();
  console.press('n');
  expect(foot(console)[0]).toBe('Not while it rains.');
});

test('nothing acts in read-only mode', () => {
  const console = smallConsole({ readOnly: true });
  for (const key of ['r', 'x', 'D', 'u']) {
    console.press(key);
    expect(foot(console)[0]).toMatch(
      /^Read-only: \S+ is off\. Start without --read-only to act\.$/,
    );
  }
  expect(console.effects).toEqual([]);
});

test('no letter of a pasted text acts', () => {
  const console = smallConsole();
  console.paste('rxy');
  expect(console.effects).toEqual([]);
  expect(foot(console)[0]).toBe('Pasted text ignored: no field is open.');
  console.press('/');
  console.paste('small s3');
  expect(console.place.filter).toBe('small s3');
});

test('esc leaves filter, then screen, and never the console', () => {
  const console = smallConsole();
  console.press('enter');
  console.press('/', 'a', 'enter');
  console.press('esc');
  expect(console.place).toMatchObject({ screen: 'errors', filter: '' });
  console.press('esc');
  expect(console.place.screen).toBe('home');
  console.press('esc');
  expect(console.place.screen).toBe('home');
  expect(console.effects).toEqual([]);
});

test('a notice stays until esc and does not come back', () => {
  const console = smallConsole();
  console.tell({ kind: 'known', known: { notices: [{ id: '1', text: 'recovered' }] } });
  expect(foot(console)[0]).toBe('recovered');
  console.press('j');
  expect(foot(console)[0]).toBe('recovered');
  console.press('esc');
  expect(foot(console)[0]).toBe('row 1');
});

test('nothing to undo is said, and nothing sent', () => {
  const console = smallConsole();
  console.press('u');
  expect(foot(console)[0]).toBe('Nothing to undo.');
  expect(console.effects).toEqual([]);
});

test.each(['q', 'd', 'ctrl-c'])('%s leaves', (key) => {
  const console = smallConsole();
  console.press(key);
  expect(console.effects).toEqual([{ kind: 'quit' }]);
});

test('ctrl-c leaves from every sheet, where letters are letters', () => {
  const console = smallConsole();
  console.press('/', 'q');
  expect(console.effects).toEqual([]);
  console.press('ctrl-c');
  expect(console.effects).toEqual([{ kind: 'quit' }]);
});

test('in a window that is too small only leaving works', () => {
  const console = smallConsole();
  console.tell({ kind: 'resized', columns: 59, rows: 24 });
  console.press('r', 'x');
  expect(console.effects).toEqual([]);
  console.press('q');
  expect(console.effects).toEqual([{ kind: 'quit' }]);
});

test('help has a row for every command, with its key and why it is off', () => {
  const console = smallConsole();
  const rows = helpRows(SCREENS, console.state, '');
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining([...COMMANDS_OF.home]));
  expect(rows.find(({ name }) => name === 'new')).toMatchObject({
    keys: 'n',
    off: 'Not while it rains.',
  });
  expect(helpRows(SCREENS, console.state, 'retr').map(({ name }) => name)).toEqual(['retry']);
});

test('a key that is bound anew is shown and heard everywhere', () => {
  const console = smallConsole({ keys: { retry: 't' } });
  expect(foot(console)[1]).toContain('t retry');
  expect(helpRows(SCREENS, console.state, 'retry')[0]).toMatchObject({ keys: 't' });
  console.press('r');
  expect(console.effects).toEqual([]);
  console.press('t');
  expect(console.effects).toHaveLength(1);
});

test.each([
  [{ retry: 'x' }, /x would be both .*(retry.*cancel|cancel.*retry)/],
  [{ retyr: 't' }, /no such command/],
  [{ enter: 't' }, /stays on enter/],
  [{ retry: 'ctrl-s' }, /keep ctrl-s/],
  [{ retry: 'ab' }, /one character/],
])('keys %j are refused in words', (keys, why) => {
  const made = bindingsOf(keys as Record<string, string>, COMMANDS_OF);
  expect(made).toMatchObject({ ok: false, why: expect.stringMatching(why) });
});

test('no line of the foot is wider than the window', () => {
  for (const columns of [60, 80, 200]) {
    const console = smallConsole();
    console.tell({ kind: 'resized', columns, rows: 24 });
    for (const key of ['?', 'esc', 'x', 'esc', ':']) {
      console.press(key);
      for (const text of foot(console)) expect([...text].length).toBeLessThanOrEqual(columns);
    }
  }
});
