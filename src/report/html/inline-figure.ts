import { type Html, html, trusted } from './html.ts';

/**
 * A figure that `renderSvg` drew, inside a page: its ids get a prefix, since those of several figures are the same. On
 * a narrow screen it scrolls within, so that its words can be read.
 *
 * @param name - unlike that of any other figure in the page; letters, digits, `_` and `-`.
 */
export function inlineFigure(name: string, svg: string): Html {
  const own = svg
    .replaceAll(/\bid="([\w-]+)"/g, `id="${name}-$1"`)
    .replaceAll(/url\(#([\w-]+)\)/g, `url(#${name}-$1)`)
    .replace(/<svg\b/, `<svg role="img" aria-label="${name.replaceAll('_', ' ')}"`);
  return html`<figure tabindex="0">${trusted(own)}</figure>`;
}
