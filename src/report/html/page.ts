import { createHash } from 'node:crypto';
import { html, type Markup, verbatim } from './markup.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d1d1f; --quiet: #5f5f64; --rule: #d8d8dc; --paper: #fff; --link: #0059a8;
  --good: #00704f; --bad: #a83a00; --doubt: #7a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ea; --quiet: #a2a2a8; --rule: #3a3a40; --paper: #141416;
  --link: #6db8ff; --good: #35c79a; --bad: #ff8a4d; --doubt: #e0b84a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 1rem clamp(0.75rem, 3vw, 2.5rem) 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--link); }
.lead { color: var(--quiet); }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0 2rem; margin: 0; }
dl div { display: flex; gap: 1rem; justify-content: space-between; border-bottom: 1px solid var(--rule); padding: 0.2rem 0; }
dt { color: var(--quiet); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: 0.92em; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--rule); vertical-align: top; white-space: nowrap; }
th.number, td.number { text-align: right; } th.text, td.text { text-align: left; }
td.words { white-space: normal; min-width: 20rem; }
th button { all: unset; cursor: pointer; color: var(--quiet); font-weight: 600; }
th button:focus-visible { outline: 2px solid var(--link); }
th[aria-sort=ascending] button::after { content: " \\25b2"; } th[aria-sort=descending] button::after { content: " \\25bc"; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; } figure svg { max-width: 100%; height: auto; display: block; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: color-mix(in srgb, var(--ink) 6%, transparent); padding: 0.6rem; }
details summary { cursor: pointer; color: var(--link); }
@media print { body { max-width: none; } details { display: none; } .wide { overflow: visible; } }
`;

/** Sorts a table by the column whose title is pressed; again, the other way. Empty cells and numbers that are none come last. */
const SCRIPT = `
for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
  const head = button.parentElement, row = head.parentElement, body = head.closest('table').tBodies[0];
  const at = [...row.cells].indexOf(head), up = head.getAttribute('aria-sort') !== 'ascending';
  for (const other of row.cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  const key = ({ cells }) => cells[at].dataset.sort === undefined ? cells[at].textContent : Number(cells[at].dataset.sort);
  const none = (value) => value === '' || Number.isNaN(value);
  const compare = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
  const rows = [...body.rows].map((each) => [key(each), each]);
  rows.sort(([a], [b]) => none(a) || none(b) ? none(a) - none(b) : (up ? 1 : -1) * compare(a, b));
  body.append(...rows.map(([, each]) => each));
});
`;

/** What a page may do: nothing but its own style and its one script. It asks no server for anything. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A whole page in one file: style and script inside, no network. */
export function page(title: string, body: Markup, made: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${made}">
<title>${title}</title>
<style>${verbatim(STYLE)}</style>
</head>
<body>
${body}
<script>${verbatim(SCRIPT)}</script>
</body>
</html>
`.text;
}
