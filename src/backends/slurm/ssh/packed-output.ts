import { gunzipSync } from 'node:zlib';

/**
 * What a command printed, through gzip where the host has it.
 *
 * @param limit - bytes of what comes out
 * @returns null where it is not whole, or more
 */
export function unpacked(output: Buffer, limit: number): Buffer | null {
  if (output[0] !== 0x1f || output[1] !== 0x8b) return output;
  try {
    return gunzipSync(output, { maxOutputLength: limit });
  } catch {
    return null;
  }
}
