/** HTML that is safe to stand in a page: made by `html` alone. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML: what is put in is text and stays so, other markup excepted. Null is nothing. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: pieces }, ...parts.map(textOf)));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  // Nothing that a page could show, and all that could upset one who reads its source.
  const plain = String(part).replace(/\p{Cc}/gu, (c) => (c === '\n' || c === '\t' ? c : '\ufffd'));
  return plain.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** What this program itself has written or drawn, as it is. */
export function verbatim(markup: string): Markup {
  return new Markup(markup);
}
