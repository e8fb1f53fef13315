import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobSpec } from '../../../src/dispatch/job/job-spec.ts';
import { html } from '../../../src/report/html/html.ts';
import { inlineFigure } from '../../../src/report/html/inline-figure.ts';
import { estimateText, numberText } from '../../../src/report/html/number-text.ts';
import { page } from '../../../src/report/html/page.ts';
import { type RunFacts, sweepPage } from '../../../src/report/html/sweep-page.ts';
import { table } from '../../../src/report/html/table.ts';
import { failed, jobOf } from '../../screens/errors/failed-sweep.ts';
import { sweepOf } from '../../screens/screen-context.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

describe('the page', () => {
  test('escapes every text, in elements and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: made } = html`<p title="${text}">${[text, html`<b>${text}</b>`]}</p>`;
        const inner = made.replace(/^<p title="/, '').replace(/<\/b><\/p>$/, '');
        expect(inner.replace('">', '').replace('<b>', '')).not.toMatch(/[<>"']/);
        expect(inner.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });

  test('lets its own script run, by its hash, and nothing be loaded', () => {
    const text = page('a', html`b`);
    const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(text).toContain(`default-src &#39;none&#39;; script-src &#39;sha256-${hash}&#39;;`);
    expect(text).not.toMatch(/\b(src|href)=|@import|url\(|https?:/);
  });

  test('keeps the ids of its figures apart', () => {
    const svg = '<svg><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>';
    const { text } = html`${['a', 'b'].map((name) => inlineFigure(name, svg))}`;
    expect(text.match(/id="[^"]+"|url\([^)]+\)/g)).toEqual([
      ...['id="a-clip0"', 'url(#a-clip0)'],
      ...['id="b-clip0"', 'url(#b-clip0)'],
    ]);
  });

  test('names numbers that are not there by an empty value, so that they sort last', () => {
    const columns = [{ title: 'n', cell: numberText, value: (row: number) => row }];
    const { text } = table('t', columns, [1.5, Number.NaN], { sortable: true });
    expect(text).toContain('data-value="1.5">1.5<');
    expect(text).toContain('data-value="">-<');
    expect(text).toContain('aria-sort="none" class="number"><button type="button">n</button>');
  });
});

test('an estimate is written to the second digit of its error', () => {
  expect(estimateText(12.3456, 0.0312)).toBe('12.346 ± 0.031');
  expect(estimateText(318.2, 14.2)).toBe('318 ± 14');
  expect(estimateText(5, null)).toBe('5');
  expect(estimateText(Number.NaN, 1)).toBe('-');
});

describe('the table of jobs of a sweep', () => {
  const first = jobOf('p', 1, 'hmc', { state: 'ok', attempt: 3 });
  const second = jobOf('p', 2, 'hmc', { state: 'ok', attempt: 1 });
  const pageWith = (facts: Record<string, RunFacts>) =>
    sweepPage({
      sweep: sweepOf([first, second]),
      jobs: [],
      figures: [],
      samplerOf: ({ sampler }) => sampler,
      factsOf: ({ jobId }) => facts[jobId] ?? { exact: null, engine: null },
      linkOf: () => null,
      logOf: () => null,
      version: '1',
      codeVersion: 'c',
      madeAt: new Date(0),
    });

  test('has the exact value and the engine of runs that tell them, and the attempts', () => {
    const text = pageWith({
      [first.jobId]: { exact: 1.98765, engine: 'wasm' },
      [second.jobId]: { exact: 3.98765, engine: null },
    });
    expect(text).toContain('data-value="1.98765">1.988<');
    expect(text).toContain('<td>wasm</td>');
    expect(text).toContain('data-value="3">3<');
    // The estimates have their mean.
    expect(text).toContain('data-value="2.98765">2.988<');
  });

  test('leaves out what no run tells', () => {
    const text = pageWith({});
    expect(text).not.toMatch(/>(exact|engine|cost, \$)</);
    expect(text).toContain('>attempts<');
  });
});

test('the page of a sweep shows what jobs and places say as text, whatever it is', () => {
  const job = jobOf(HOSTILE, 1, 'hmc', { ...failed('crash', HOSTILE), detail: HOSTILE });
  const config = { target: HOSTILE } as unknown as JobSpec['config'];
  const spec = { ...job, sampler: 'hmc', config } as const;
  const text = sweepPage({
    sweep: sweepOf([job], { sweepId: HOSTILE, backend: HOSTILE, gpuMode: HOSTILE }),
    jobs: [spec],
    figures: [],
    samplerOf: () => HOSTILE,
    factsOf: () => ({ exact: 1, engine: HOSTILE }),
    linkOf: () => null,
    logOf: () => HOSTILE,
    version: HOSTILE,
    codeVersion: HOSTILE,
    madeAt: new Date(0),
  });
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).not.toContain('<img');
  expect(text).toContain('Failed jobs');
  expect(text.split('&lt;script&gt;alert(1)').length).toBeGreaterThan(10);
});
