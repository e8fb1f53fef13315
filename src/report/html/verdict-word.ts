import { type Html, html } from './html.ts';

/** Of a verdict's code; doubt is not told by colour alone. */
export function verdictWord(code: string): Html | string {
  if (code === '') return '';
  const kind = code === 'converged' ? 'good' : 'bad';
  return html`<span class="${kind}">${code.replaceAll('_', ' ')}</span>`;
}
