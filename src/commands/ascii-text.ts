/** Signs of our own texts that have a known way to be written in ASCII. */
const SIGNS: Readonly<Record<string, string>> = {
  '±': '+-',
  '×': 'x',
  '…': '...',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '·': '.',
  λ: 'lambda',
  β: 'beta',
  '₀': '0',
  '−': '-',
  '̂': '',
  '→': '->',
  '≤': '<=',
  '≥': '>=',
};

/** A text without a byte above 127: accents fall off, other signs are written as `\u6a21`. */
export function asciiText(text: string): string {
  return [...text.replace(/[^\x20-\x7e]/gu, (sign) => SIGNS[sign] ?? sign).normalize('NFKD')]
    .map((sign) => SIGNS[sign] ?? sign)
    .filter((sign) => !/\p{Mark}/u.test(sign))
    .map((sign) => (/^[\x20-\x7e]$/.test(sign) ? sign : escaped(sign)))
    .join('');
}

function escaped(sign: string): string {
  if (sign === '\n' || sign === '\t' || sign === '\r') return ' ';
  return `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
