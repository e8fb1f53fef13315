import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLlc, openTerminal } from './terminal.ts';

const shell = (script: string, env: Record<string, string> = {}) =>
  openTerminal('sh', ['-c', script], { env });

test('the screen shows what the program says, and the end tells its code', async () => {
  await using terminal = shell('echo one; printf "\\033[3;5Htwo"; exit 3');
  await terminal.waitFor(/two/);
  expect(terminal.rows()).toHaveLength(24);
  expect(terminal.rows().slice(0, 3)).toEqual(['one', '', '    two']);
  expect(terminal.output()).toContain('\u001b[3;5Htwo');
  expect(await terminal.exit).toEqual({ code: 3, signal: null });
});

test('a packet of keys arrives whole', async () => {
  await using terminal = shell(
    'stty raw -echo; printf ready; dd bs=99 count=1 2>/dev/null | od -c',
  );
  await terminal.waitFor(/ready/);
  terminal.press('jj\r');
  await terminal.waitFor(/j {3}j {2}\\r/);
});

test('the program hears of another size of the window', async () => {
  await using terminal = shell(
    'trap "stty size; exit" WINCH; stty size; while :; do sleep 0.05; done',
  );
  await terminal.waitFor(/24 80/);
  terminal.resize(120, 40);
  await terminal.waitFor(/40 120/);
  expect(terminal.rows()).toHaveLength(40);
});

test('screen, cursor and title are known, and questions of the program are answered', async () => {
  await using terminal = shell(
    'printf "\\033]0;mine\\007\\033[?1049h\\033[?25l\\033[6n"; read -r answer; printf "\\033[?1049l\\033[?25hdone"',
  );
  await terminal.waitFor((rows) => terminal.isAlternate() && rows.join('').includes('^[[1;1R'));
  expect(terminal.isCursorHidden()).toBe(true);
  expect(terminal.title()).toBe('mine');
  terminal.press('\r');
  await terminal.waitFor(/done/);
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorHidden()).toBe(false);
});

test('a title that was put away comes back', async () => {
  await using terminal = shell(
    'printf "\\033]0;before\\007\\033[22;0t\\033]0;while\\007"; read -r _; printf "\\033[23;0tend"',
  );
  await terminal.waitFor(() => terminal.title() === 'while');
  terminal.press('\r');
  await terminal.waitFor(/end/);
  expect(terminal.title()).toBe('before');
});

test('half a frame is not looked at', async () => {
  await using terminal = shell(
    'printf "\\033[?2026hhalf"; sleep 0.1; printf " whole\\033[?2026l"; read -r _',
  );
  await terminal.waitFor(/half/);
  expect(terminal.text()).toContain('half whole');
});

test('rows that have scrolled off are kept', async () => {
  await using terminal = shell('seq 1 100; printf "\\033[?1049hother"; read -r _');
  await terminal.waitFor(/other/);
  expect(terminal.scrollback()).toEqual(Array.from({ length: 100 }, (_, at) => String(at + 1)));
});

test('a hang-up and a signal end the program', async () => {
  await using first = shell('echo here; sleep 60');
  await first.waitFor(/here/);
  first.hangUp();
  expect((await first.exit).signal).toBe('SIGHUP');
  await using second = shell('echo here; exec sleep 60');
  await second.waitFor(/here/);
  second.signal('SIGTERM');
  expect((await second.exit).signal).toBe('SIGTERM');
});

test('waiting in vain shows the screen, at the limit or when the program has ended', async () => {
  await using patient = shell('echo what there is; sleep 60');
  await patient.waitFor(/is/);
  await expect(patient.waitFor(/something else/, 20)).rejects.toThrow(/20 ms[\s\S]*what there is/);
  await using ended = shell('echo gone');
  await expect(ended.waitFor(/something else/)).rejects.toThrow(/program ended[\s\S]*gone/);
});

test('the end of a test ends what it started', async () => {
  const terminal = shell('sleep 60 & echo "child $!"; wait');
  await terminal.waitFor(/child \d+/);
  const child = /child (\d+)/.exec(terminal.text())![1];
  await terminal[Symbol.asyncDispose]();
  expect((await terminal.exit).signal).toBe('SIGKILL');
  await expect.poll(() => existsSync(`/proc/${child}/fd/0`)).toBe(false);
});

test('the environment is clean but for what is asked', async () => {
  await using terminal = shell('env | sort; echo end', { NO_COLOR: '1' });
  await terminal.waitFor(/end/);
  expect(terminal.text()).toMatch(/NO_COLOR=1/);
  expect(terminal.text()).toMatch(/TERM=xterm-256color/);
  expect(terminal.text()).not.toMatch(/^(CI|FORCE_COLOR|VITEST|TMUX)=/m);
});

test('llc starts as a user starts it', async () => {
  await using terminal = openLlc(['--version']);
  expect(await terminal.exit).toEqual({ code: 0, signal: null });
  expect(terminal.text()).toMatch(/^\d+\.\d+\.\d+/);
});
