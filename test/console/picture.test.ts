import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { pictureOf } from './picture.ts';

async function drawn(bytes: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 20, rows: 3, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  return pictureOf(terminal, 'a <title>');
}

/** The text elements, each as its attributes and what it says. */
function textsOf(picture: string): { at: string; says: string }[] {
  return [...picture.matchAll(/<text ([^>]*textLength[^>]*)>([^<]*)<\/text>/g)].map(
    ([, at, says]) => ({ at: at!, says: says! }),
  );
}

test('a text stands at its column and is as wide as its columns', async () => {
  const [text] = textsOf(await drawn('\r\n   two words   '));
  expect(text?.says).toBe('two words');
  expect(text?.at).toContain('x="39.29"');
  expect(text?.at).toContain(`textLength="${9 * 8.43}"`);
});

test('colours, bold, dim and underline are drawn', async () => {
  const texts = textsOf(
    await drawn('\u001b[31mred\u001b[0;1mbold\u001b[0;2mdim\u001b[0;4munder\u001b[0m'),
  );
  expect(texts.map(({ says }) => says)).toEqual(['red', 'bold', 'dim', 'under']);
  expect(texts[0]?.at).toContain('fill="#f2777a"');
  expect(texts[1]?.at).toContain('font-weight="bold"');
  expect(texts[2]?.at).toContain('opacity');
  expect(texts[3]?.at).toContain('underline');
});

test('inverse lays the ground of the text below it, spaces included', async () => {
  const picture = await drawn('\u001b[7m on \u001b[0m');
  expect(picture).toContain(`width="${4 * 8.43}" height="18" fill="#d4d7dd"`);
  expect(textsOf(picture)[0]?.at).toContain('fill="#16181d"');
});

test('wide characters take two columns and what follows keeps its own', async () => {
  const texts = textsOf(await drawn('模型x'));
  expect(texts.map(({ says }) => says)).toEqual(['模', '型', 'x']);
  expect(texts[0]?.at).toContain('textLength="16.86"');
  expect(texts[2]?.at).toContain('x="47.72"');
});

test('what means something in SVG is written out', async () => {
  const picture = await drawn('a<b & c');
  expect(textsOf(picture)[0]?.says).toBe('a&lt;b &amp; c');
  expect(picture).toContain('<title>a &lt;title&gt;</title>');
});

test('the 256 colours and those of 24 bits are what they are called', async () => {
  const texts = textsOf(
    await drawn('\u001b[38;5;196mA\u001b[38;5;244mB\u001b[38;2;1;2;3mC\u001b[0m'),
  );
  expect(texts.map(({ at }) => /fill="([^"]*)"/.exec(at)?.[1])).toEqual([
    '#ff0000',
    '#808080',
    '#010203',
  ]);
});
