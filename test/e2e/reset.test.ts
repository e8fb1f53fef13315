import { expect, test } from 'vitest';
import { openLlc, openTerminal } from '../console/terminal.ts';
import { emptyFolder, LLC, llc } from './llc.ts';

/** A console in all that it does to a terminal; it is killed when its input ends its wait. */
const KILLED = `
  printf "before\\n\\033]0;mine\\007"
  sh -c '
    stty raw -echo
    printf "\\033[22;0t\\033]0;console\\007\\033[?1049h\\033[2J\\033[?25l\\033[?2004h\\033[1mthere"
    kill -9 $$
  '
  printf " killed"
  head -c 1 > /dev/null
  "$LLC" reset
  stty -a | tr ";" "\\n" | grep -ow -e "-*icanon" -e "-*echo" -e "-*icrnl" -e "-*opost"
  printf end
`;

test('a terminal whose console was killed is given back', async () => {
  await using terminal = openTerminal('sh', ['-c', KILLED], { env: { LLC } });
  await terminal.waitFor(/there[\s\S]* killed/);
  expect(terminal.isAlternate()).toBe(true);
  expect(terminal.isCursorHidden()).toBe(true);
  expect(terminal.terminal.modes.bracketedPasteMode).toBe(true);
  expect(terminal.title()).toBe('console');

  terminal.press('x');
  await terminal.waitFor(/end/);
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorHidden()).toBe(false);
  expect(terminal.terminal.modes.bracketedPasteMode).toBe(false);
  expect(terminal.title()).toBe('mine');
  expect(terminal.scrollback()).toEqual(['before', 'icrnl', 'opost', 'icanon', 'echo', 'end']);
});

test('a terminal that is well stays as it is', async () => {
  await using terminal = openTerminal(
    'sh',
    ['-c', 'printf "one\\ntwo\\n"; "$LLC" reset; printf three'],
    { env: { LLC } },
  );
  await terminal.waitFor(/three/);
  expect(terminal.scrollback()).toEqual(['one', 'two', 'three']);
});

test('without a terminal it says so', async () => {
  const { exitCode, stdout, stderr } = await llc(emptyFolder(), ['reset']);
  expect(exitCode).toBe(64);
  expect(stdout).toBe('');
  expect(stderr).toContain('llc reset needs a terminal.');
});

test('its help has an example', async () => {
  await using terminal = openLlc(['reset', '--help']);
  await terminal.exit;
  expect(terminal.text()).toMatch(/Example:\n {2}llc reset/);
});
