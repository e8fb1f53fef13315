import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../../src/report/html/markup.ts';
import { page } from '../../../src/report/html/page.ts';
import { runPage } from '../../../src/report/html/run-page.ts';
import { sortableTable } from '../../../src/report/html/table.ts';

const HOSTILE = '</td><script>alert(1)</script>" onload="x" \u001b[2J\u0000 &amp;';

test('what is put into a template is text, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = /^<p title="(.*)">(.*)<\/p>$/s.exec(html`<p title="${text}">${text}</p>`.text);
      expect(inside?.[1]).toBe(inside?.[2]);
      expect(inside?.[2]).not.toMatch(/[<>"']/);
    }),
  );
  expect(html`${HOSTILE}`.text).not.toMatch(/[<>"]|(?!\n)\p{Cc}/u);
});

test('nothing that a job says becomes markup on its page', () => {
  const notes = {
    metrics: { sampler: HOSTILE, target: HOSTILE, nested: { a: HOSTILE } },
    config: { [HOSTILE]: HOSTILE },
  };
  const text = runPage({ runId: HOSTILE, notes, diagnostics: [], figures: [] }, 'llc');
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).not.toContain('onload="');
});

test('a page allows its own script alone and no network', () => {
  const text = page('t', html`<p>b</p>`, 'llc 1');
  const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
  expect(policy).toContain('default-src &#39;none&#39;');
  expect(policy).toContain(`&#39;sha256-${hash}&#39;`);
  expect(text).not.toMatch(/(src|href)="?(https?:)?\/\//);
});

test('cells sort by their number where their words are rounded', () => {
  const table = sortableTable(
    't',
    [{ title: 'n', numeric: true }],
    [[{ text: '1.2', sort: 1.23 }]],
  );
  expect(table.text).toContain('<td class="number" data-sort="1.23">1.2</td>');
  expect(table.text).toContain('<button type="button">n</button>');
});
