import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { WorkerProgram } from '../cluster.ts';
import { isNewEnough, nodesThere, noNode, type OwnNode, ownNode, whyNotLent } from './find-node.ts';
import type { HostFacts } from './host-facts.ts';
import type { Link } from './link.ts';
import { hashThere, putLarge } from './put-large.ts';
import type { RemoteLayout } from './remote-layout.ts';

/**
 * Puts the worker there, once a version, and finds a Node for it: the one that was named, else one that a login shell
 * finds, else a copy of our own.
 *
 * @param workerPath - the bundle here
 * @param named - `--remote-node`; null for none
 * @param own - which may be lent. Default: the one that runs this
 * @throws LlcError 69 where there is no Node for it; 75 as the link
 */
export async function programThere(
  link: Link,
  layout: RemoteLayout,
  facts: HostFacts,
  workerPath: string,
  named: string | null,
  signal: AbortSignal,
  own: OwnNode = ownNode(),
): Promise<WorkerProgram> {
  const hash = createHash('sha256')
    .update(await readFile(workerPath))
    .digest('hex');
  const worker = layout.worker(hash.slice(0, 12));
  if ((await hashThere(link, worker, signal)) !== hash)
    await putLarge(link, workerPath, worker, 0o644, signal);
  return { worker, node: await nodeThere(link, layout, facts, named, own, signal) };
}

async function nodeThere(
  link: Link,
  layout: RemoteLayout,
  facts: HostFacts,
  named: string | null,
  own: OwnNode,
  signal: AbortSignal,
): Promise<string> {
  const copy = layout.node(own.version);
  const wanted = named === null ? null : posix.resolve(facts.home, named.replace(/^~\/?/, ''));
  const ask = () => nodesThere(link, wanted === null ? [copy] : [wanted], facts, signal);
  const found = await ask();
  if (wanted !== null) {
    const node = found.find(({ path }) => path === wanted);
    if (node !== undefined && isNewEnough(node)) return node.path;
    throw noNode(link.host, named, node === undefined ? [] : [node], '');
  }
  // The host's own before the copy, which stands first in the list.
  const node = found.toReversed().find(isNewEnough);
  if (node !== undefined) return node.path;
  const whyNot = whyNotLent(own, facts);
  if (whyNot !== null) throw noNode(link.host, null, found, whyNot);
  await putLarge(link, own.path, copy, 0o755, signal);
  if ((await ask()).some(({ path }) => path === copy)) return copy;
  throw noNode(link.host, null, found, 'its copy does not run there');
}
