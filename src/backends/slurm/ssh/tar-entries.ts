const BLOCK = 512;

/** A plain file of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The plain files of an archive in GNU's form (tar(5)): what is cut off, or makes no sense, ends the list; links,
 * folders and all else are passed over.
 */
export function tarEntries(archive: Buffer): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const size = octal(header, 124, 12);
    if (header[0] === 0 || size === null || octal(header, 148, 8) !== checksum(header)) break;
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) break;
    const type = String.fromCharCode(header[156] as number);
    // The name of the next one, where it is longer than the header has room for.
    if (type === 'L') longName = text(bytes, 0, size);
    else {
      if (type === '0' || type === '\0')
        entries.push({ name: longName ?? text(header, 0, 100), bytes });
      longName = null;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function text(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

/** Null for a number that is none, or so large that it is written otherwise. */
function octal(bytes: Buffer, from: number, length: number): number | null {
  const digits = text(bytes, from, length).trim();
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

/** Of a header, its own field taken as blanks. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}
