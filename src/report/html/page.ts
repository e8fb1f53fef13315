import { createHash } from 'node:crypto';
import { type Html, html, trusted } from './html.ts';
import { SORT_SCRIPT } from './sort-script.ts';
import { STYLE } from './style.ts';

/** A whole page in one text. It may load nothing, and run nothing but its own script, which is known by its hash. */
export function page(title: string, body: Html): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(SORT_SCRIPT)}`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
<script>${trusted(SORT_SCRIPT)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
