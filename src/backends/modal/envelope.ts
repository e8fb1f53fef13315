import { gunzipSync, gzipSync } from 'node:zlib';
import type { Payload } from '../../dispatch/job/protocol.ts';

/** What a sandbox is told, in its command: there is no other way in that works before it has started. */
export interface Envelope {
  readonly payload: Payload;
  /** The sandbox's own name, under which its result lies on the volume. */
  readonly name: string;
  /** Set for the worker besides what the image sets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Bytes that a sandbox's command may have in all; the service refuses longer ones. */
const LONGEST = 60_000;

/** @throws Error where it is too long for a command */
export function pack(envelope: Envelope): string {
  const text = gzipSync(JSON.stringify(envelope)).toString('base64');
  if (text.length > LONGEST)
    throw new Error(`the job's configuration is too long for a sandbox (${text.length} bytes)`);
  return text;
}

export function unpack(text: string): Envelope {
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as Envelope;
}
