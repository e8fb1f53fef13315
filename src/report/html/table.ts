import { type Html, html } from './html.ts';

/** What a column shows of a row. */
export interface TableColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Html | string;
  /** Rows sort by it; a missing number comes last. Without it they sort by their text. */
  readonly value?: (row: Row) => number | null;
  /** Of sentences: lines break. Default: they do not. */
  readonly words?: boolean;
}

/** A table that scrolls within the page; one that sorts has a button in each head, for a click or the keyboard. */
export function table<Row>(
  label: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  { sortable = false } = {},
): Html {
  const head = columns.map(({ title, value }) =>
    sortable
      ? html`<th scope="col" aria-sort="none"${numeric(value)}><button type="button">${title}</button></th>`
      : html`<th scope="col"${numeric(value)}>${title}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>${columns.map(({ cell, value, words }) =>
        value === undefined
          ? html`<td${words ? html` class="words"` : null}>${cell(row)}</td>`
          : html`<td class="number" data-value="${finite(value(row))}">${cell(row)}</td>`,
      )}</tr>\n`,
  );
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table${sortable ? html` class="sortable"` : null}>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}

/** Names with their values, in two columns. */
export function facts(label: string, pairs: readonly (readonly [string, string])[]): Html {
  const rows = pairs.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`,
  );
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table class="facts"><tbody>
${rows}</tbody></table></div>`;
}

function numeric(value: unknown): Html | null {
  return value === undefined ? null : html` class="number"`;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
