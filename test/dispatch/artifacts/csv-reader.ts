/** A strict reader after RFC 4180 with `\n` as line end: anything that it does not know is an error. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      at++;
      for (;;) {
        if (at >= text.length) throw new Error('a quoted cell without an end');
        if (text[at] !== '"') cell += text[at++];
        else if (text[at + 1] === '"') {
          cell += '"';
          at += 2;
        } else break;
      }
      at++;
      if (text[at] !== ',' && text[at] !== '\n')
        throw new Error(`text behind a quoted cell: ${at}`);
    } else
      while (at < text.length && text[at] !== ',' && text[at] !== '\n') {
        if (text[at] === '"' || text[at] === '\r') throw new Error(`a bare quote or return: ${at}`);
        cell += text[at++];
      }
    row.push(cell);
    if (at >= text.length) throw new Error('a last record without a line end');
    if (text[at++] === '\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** The same, each row by the names of the columns. */
export function readTable(text: string): Record<string, string>[] {
  const [header, ...rows] = readCsv(text);
  return rows.map((row) => {
    if (row.length !== header?.length) throw new Error(`a row of ${row.length} cells`);
    return Object.fromEntries(header.map((name, i) => [name, row[i] as string]));
  });
}
