import { readFileSync } from 'node:fs';
import { replaceFile, writeOnce, writeWhole } from '../artifacts/atomic-write.ts';
import { attemptLayout } from '../artifacts/layout.ts';
import { attemptNews } from '../job/attempt-news.ts';
import type { Hello, Payload } from '../job/protocol.ts';

/**
 * Whether the attempt is free for a worker of this incarnation: nobody has said hello, or only its predecessor, which
 * a place has ended, or lost sight of, before it started the attempt again.
 */
export async function mayFollow(
  dir: string,
  { owner, attempt }: Pick<Payload, 'owner' | 'attempt'>,
  incarnation: number,
): Promise<boolean> {
  const said = await attemptNews.hello(dir, owner);
  return said !== null && said.attempt === attempt && (said.incarnation ?? 0) < incarnation;
}

/** Commits the first word of an incarnation. False where another worker has that or a later one. */
export async function sayHello(dir: string, hello: Hello): Promise<boolean> {
  const { hello: path, helloOf } = attemptLayout(dir);
  const text = `${JSON.stringify(hello)}\n`;
  if (await writeOnce(path, text)) return true;
  if (!(await mayFollow(dir, hello, hello.incarnation ?? 0))) return false;
  // Of several workers of one incarnation only one may replace the word of the last.
  if (!(await writeOnce(helloOf(hello.incarnation ?? 0), text))) return false;
  await writeWhole(path, text);
  return true;
}

/**
 * Whether a later incarnation has said hello; one that was late to say it, and took the place of a later one's word,
 * sees that word put back. At once, as `isStillOwner`, and as there a file system that cannot tell is no reason to stop.
 */
export function isFollowed(dir: string, hello: Hello): boolean {
  const { hello: path } = attemptLayout(dir);
  const own = hello.incarnation ?? 0;
  try {
    const {
      owner,
      attempt,
      incarnation = 0,
    }: Partial<Hello> = JSON.parse(readFileSync(path, 'utf8'));
    if (owner !== hello.owner || attempt !== hello.attempt) return false;
    if (incarnation < own) replaceFile(path, `${JSON.stringify(hello)}\n`);
    return incarnation > own;
  } catch {
    return false;
  }
}
