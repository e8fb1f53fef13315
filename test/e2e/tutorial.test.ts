import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { emptyFolder, LLC } from './llc.ts';

/** Commands of a page, with the lines that it shows of their output. */
interface Lesson {
  readonly commands: string;
  readonly shown: readonly string[];
}

const lessons = lessonsOf(readFileSync('docs/tutorial.md', 'utf8'));

test('what docs/tutorial.md tells to do does what the page says', {
  timeout: 400_000,
}, async () => {
  const cwd = emptyFolder();
  const env = {
    PATH: `${dirname(LLC)}${delimiter}${process.env['PATH']}`,
    XDG_CONFIG_HOME: join(cwd, '.remembered'),
  };
  expect(lessons.length).toBeGreaterThan(8);
  for (const { commands, shown } of lessons) {
    const { all, exitCode } = await execa('bash', ['-e', '-c', commands], {
      cwd,
      env,
      all: true,
      reject: false,
      timeout: 120_000,
      stdin: 'ignore',
    });
    expect(exitCode, `${commands}\n${all}`).toBe(0);
    const missing = shown.filter((line) => !all.split('\n').some((said) => says(said, line)));
    expect(missing, `of what the page shows is not in\n${all}`).toEqual([]);
  }
});

function lessonsOf(page: string): readonly Lesson[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```(?:\n\n```text\n([\s\S]*?)^```)?/gm)];
  return blocks.map(([, commands = '', shown = '']) => ({
    commands,
    shown: shown.split('\n').filter((line) => line.trim() !== ''),
  }));
}

/**
 * Whether a line is the one on the page: the same words; sweeps and runs of any name, anything for `…`, and numbers
 * between half and twice those shown, since engines may round in different ways.
 */
function says(said: string, shown: string): boolean {
  const parts = shown.trim().split(PARTS);
  const found = new RegExp(`^${parts.map(patternOf).join('')}$`).exec(said.trim());
  if (found === null) return false;
  const due = parts.filter((part) => NUMBER.test(part)).map(sizeOf);
  const told = found.slice(1).map(sizeOf);
  return due.every((size, i) => told[i] >= size / 2 && told[i] <= size * 2);
}

const PARTS = /(\d{4}-\d{4}-[a-z]+(?:-\d+)?|\b[0-9a-f]{12}\b|\d[\d,]*(?:\.\d+)?|\.\d+|…|\s+)/;
const NUMBER = /^(?:\d[\d,]*(?:\.\d+)?|\.\d+)$/;
const OTHERS = [
  [/^\d{4}-\d{4}-/, String.raw`\d{4}-\d{4}-[a-z]+(?:-\d+)?`],
  [/^[0-9a-f]{12}$/, '[0-9a-f]{12}'],
  [NUMBER, String.raw`(\d[\d,]*(?:\.\d+)?|\.\d+)`],
  [/^…$/, '.*'],
  [/^\s+$/, String.raw`\s+`],
] as const;

function patternOf(part: string): string {
  const other = OTHERS.find(([shape]) => shape.test(part))?.[1];
  return other ?? part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

function sizeOf(number: string): number {
  return Number(number.replaceAll(',', ''));
}
