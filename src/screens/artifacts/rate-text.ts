import { sizeText } from '../../ui/format/size-text.ts';

/** `5.2 MB/s`, `80 kB/s`: two digits are enough for what changes each second, and leave room for it. */
export function rateText(bytesPerS: number): string {
  return `${sizeText(Math.round(bytesPerS)).replace(/(\d\d)\.\d /, '$1 ')}/s`;
}
