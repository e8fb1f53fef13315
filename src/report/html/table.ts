import { html, type Markup } from './markup.ts';

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A cell: its words, and what it is sorted by where that is not the words. */
export interface Cell {
  readonly text: string | Markup;
  /** NaN comes last. */
  readonly sort?: number;
  readonly tone?: 'good' | 'bad' | 'doubt';
}

/** A table whose columns sort by their titles. It scrolls in itself where a page is narrow. */
export function sortableTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Markup {
  const side = ({ numeric = false }: Column) => (numeric ? 'number' : 'text');
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table>
<thead><tr>${columns.map((column) => html`<th class="${side(column)}" scope="col"><button type="button">${column.title}</button></th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, at) => cellOf(cell, side(columns[at] as Column)))}</tr>\n`)}</tbody>
</table></div>`;
}

function cellOf({ text, sort, tone }: Cell, side: string): Markup {
  const sorted = sort === undefined ? null : html` data-sort="${sort}"`;
  return html`<td class="${side}${tone === undefined ? '' : ` ${tone}`}"${sorted}>${text}</td>`;
}

/** Names and what stands for them; empty ones are left out. */
export function facts(
  entries: readonly (readonly [name: string, value: string | Markup])[],
): Markup {
  return html`<dl>${entries
    .filter(([, value]) => value !== '')
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
