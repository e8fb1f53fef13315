import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addClean } from '../../src/commands/clean.ts';
import type { Rim } from '../../src/commands/rim.ts';
import { LlcError } from '../../src/dispatch/errors.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'llc-clean-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Folders without a manifest: what `--failed` takes. */
function makeBroken(count: number): void {
  for (let i = 1; i <= count; i++) {
    mkdirSync(join(cwd, 'runs', String(i).padStart(12, '0')), { recursive: true });
  }
}
const runs = () => readdirSync(join(cwd, 'runs'));

/** Somebody at a terminal, who gives this answer; `interrupt` is ctrl-c at the question. */
async function clean(answer: string | 'interrupt', ...args: string[]) {
  const lines: string[] = [];
  const questions: string[] = [];
  const interrupt = new AbortController();
  const rim: Rim = {
    version: '0',
    cwd,
    env: {},
    print: (line) => lines.push(line),
    note: (line) => lines.push(line),
    isTerminal: true,
    columns: 80,
    canAsk: true,
    ask: async (question) => {
      questions.push(question);
      if (answer !== 'interrupt') return answer;
      interrupt.abort(new LlcError(130, 'interrupted'));
      throw interrupt.signal.reason;
    },
    now: () => new Date(),
    signal: interrupt.signal,
    distDir: '',
    exitCode: 0,
  };
  const program = new Command().exitOverride();
  addClean(program, rim);
  const failure = await program.parseAsync(['clean', '--failed', ...args], { from: 'user' }).then(
    () => null,
    (error: unknown) => error,
  );
  return { lines, questions, failure, exitCode: rim.exitCode };
}

describe('at a terminal', () => {
  test('y removes, after the table and the question', async () => {
    makeBroken(3);
    const { lines, questions, exitCode } = await clean('y');
    expect(questions).toEqual(['Remove 3 runs, 0 B? y/n ']);
    expect(lines[1]).toMatch(/^000000000001 .* 0 B {2}\d\d:\d\d {2}not whole: no manifest$/);
    expect(lines.at(-1)).toBe('Removed 3 runs, 0 B.');
    expect(exitCode).toBe(0);
    expect(runs()).toEqual([]);
  });

  test.each(['', 'n', 'Y', 'yes', '3', 'yy'])('%j is not y', async (answer) => {
    makeBroken(3);
    const { lines, exitCode } = await clean(answer);
    expect(lines.at(-1)).toBe('Nothing removed.');
    expect(exitCode).toBe(0);
    expect(runs()).toHaveLength(3);
  });

  test('more than twenty need their number', async () => {
    makeBroken(21);
    for (const answer of ['y', '', '2', '20', '021']) {
      const { lines, questions } = await clean(answer);
      expect(questions).toEqual(['Type 21 to remove them, enter to keep everything: ']);
      expect(lines.at(-1)).toBe('Nothing removed.');
    }
    expect(runs()).toHaveLength(21);
    await clean('21');
    expect(runs()).toEqual([]);
  });

  test('ctrl-c at the question removes nothing', async () => {
    makeBroken(1);
    const { failure } = await clean('interrupt');
    expect(failure).toMatchObject({ code: 130, hint: 'Nothing was removed.' });
    expect(runs()).toHaveLength(1);
  });

  test('--json asks nothing, and --yes neither', async () => {
    makeBroken(1);
    const json = await clean('y', '--json');
    expect(json.questions).toEqual([]);
    expect(json.exitCode).toBe(64);
    expect(runs()).toHaveLength(1);
    expect((await clean('n', '--yes')).questions).toEqual([]);
    expect(runs()).toEqual([]);
  });

  test('nothing to remove is no question', async () => {
    const { lines, questions, exitCode } = await clean('y');
    expect(questions).toEqual([]);
    expect(lines).toEqual(['No run to remove.']);
    expect(exitCode).toBe(0);
  });
});
