/** Text that is HTML already: made by `html` or `trusted` alone, so that no other text gets into a page as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | readonly Part[];

/** HTML with every part escaped that is none; null is nothing, lists follow one another. Fit for text and quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, at) => text + partText(parts[at] ?? null)).join(''));
}

/** Markup of our own making, such as a drawn figure, as it is. */
export function trusted(text: string): Html {
  return new Html(text);
}

function partText(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(partText).join('');
  return escaped(String(part));
}

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => NAMES[sign]);
}
