import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Where a message stands in the code of the backend: the argument that says what went wrong. */
const PLACES = [
  /\bbounded\(\s*(?<text>'[^']*'|`[^`]*`)/g,
  /\b(?:troubleOf|failureOf)\([^'`;]*?(?<text>'[^']+'|`[^`]+`)\)/g,
  /\bfailureOf\(error, '\w+', (?<text>'[^']+'|`[^`]+`)\)/g,
  /\b(?:tell|new ModalTrouble)\(\s*(?:'\w+'|unwritten|errorType),\s*(?<text>'[^']*'|`(?:[^`$]|\$\{[^}]*\})*`)/g,
  /\bnew LlcError\(\s*\d+,\s*(?<text>'[^']*'|`[^`]*`)/g,
  /\bconst (?:what|error|OUT_OF_FUNDS) =\s*(?<text>'[^']*'|`[^`]*`)/g,
  /\berror:\s*(?<text>'[^']*'|`[^`]*`)/g,
];

/** What stays the same of a message: the longest part between the values in it. */
function constantPart(literal: string): string {
  const parts = literal.slice(1, -1).split(/\$\{[^}]*\}/);
  const [longest = ''] = parts
    .map((part) => part.replace(/\s+/g, ' ').replace(/^[^\w-]+|[^\w)]+$/g, ''))
    .sort((a, b) => b.length - a.length);
  return longest;
}

function messages(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('src/backends/modal/**/*.ts')) {
    const source = readFileSync(file, 'utf8');
    for (const place of PLACES)
      for (const { groups } of source.matchAll(place)) {
        const text = constantPart(groups?.['text'] ?? '');
        if (text.length > 5) found.set(text, file);
      }
  }
  return found;
}

test('every message of the backend stands in the table of docs/backends.md', () => {
  const chapter = /\n## Modal[\s\S]*?(?=\n## )/.exec(readFileSync('docs/backends.md', 'utf8'))?.[0];
  const words = (chapter ?? '').replace(/\s+/g, ' ');
  const known = messages();
  // As many as there were when this was written, and a few of each kind, so that the search itself is tested.
  expect(known.size).toBeGreaterThanOrEqual(45);
  for (const text of [
    'Modal did not start a sandbox',
    'was preempted',
    'There is no token for Modal',
  ])
    expect([...known.keys()]).toContain(text);
  expect([...known].filter(([text]) => !words.includes(text))).toEqual([]);
});
