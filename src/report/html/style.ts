/** How pages look: light and dark as the reader's system, on paper, and from 400 pixels on. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --soft: #5c5c5c; --line: #d4d4d4; --shade: #f4f4f4; --ground: #fff; --link: #005a8f; --bad: #a83c00; --good: #00694c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #a8a8a8; --line: #3c3c3c; --shade: #222; --ground: #151515; --link: #6cb8ea; --bad: #ff9b66; --good: #4fc79f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 96rem; background: var(--ground); color: var(--ink); font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
a { color: var(--link); } .soft { color: var(--soft); } .bad { color: var(--bad); } .good { color: var(--good); }
.wide { overflow-x: auto; max-width: 100%; } .wide:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; white-space: nowrap; }
thead th { background: var(--shade); } .number { text-align: right; } .facts th { font-weight: normal; color: var(--soft); } td.words, .facts td { white-space: pre-wrap; min-width: 12rem; max-width: 48rem; overflow-wrap: anywhere; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--link); }
th[aria-sort=ascending] button::after { content: " \\25b2"; } th[aria-sort=descending] button::after { content: " \\25bc"; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 42rem), 1fr)); gap: 1rem; } figure { margin: 0; break-inside: avoid; overflow-x: auto; } figure:focus-visible { outline: 2px solid var(--link); } figure svg { display: block; width: 100%; min-width: 40rem; max-width: 45rem; height: auto; }
@media (max-width: 40rem) { body { padding: .6rem; } th, td { padding: .25rem .35rem; } .wide > table:not(.facts) :is(th, td):first-child { position: sticky; left: 0; max-width: 8rem; white-space: normal; } .wide > table:not(.facts) td:first-child { background: var(--ground); } }
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --shade: #eee; --ground: #fff; --link: #003d66; --bad: #7a2c00; --good: #004a36; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1, h2, h3, .soft { break-after: avoid; }
  .wide, figure { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: .15rem .4rem; } thead th, td:not(.number) { white-space: normal; overflow-wrap: break-word; } .wide > table:not(.facts) td:first-child, td.words { overflow-wrap: anywhere; min-width: 7rem; } thead { break-after: avoid; } tr { break-inside: avoid; }
  thead th { vertical-align: bottom; } th button { display: contents; }
  .facts td { min-width: 0; overflow-wrap: anywhere; } .wide:has(> .facts) { columns: 2; column-gap: 2rem; } .facts { width: 100%; }
  .figures { display: block; } figure { margin-bottom: .5rem; } figure svg { width: 14.5cm; min-width: 0; margin: 0 auto; }
}
`;
