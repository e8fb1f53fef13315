import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LlcError } from '../../../src/dispatch/errors.ts';
import {
  discardOrder,
  leaveOrder,
  makeInbox,
  readOrders,
} from '../../../src/dispatch/orders/inbox.ts';
import { newOrder } from '../../../src/dispatch/orders/order.ts';

let dir = '';
let inbox = '';
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llc-inbox-'));
  inbox = join(dir, 'inbox');
  await makeInbox(inbox);
});
afterEach(() => rmSync(dir, { recursive: true }));

test('an order that is left is read until it is discarded', async () => {
  const [one, two] = [newOrder('cancel', null), newOrder('retry', [{ jobId: 'a', attempt: 2 }])];
  await leaveOrder(inbox, one);
  await leaveOrder(inbox, two);
  expect(readdirSync(inbox).sort()).toEqual([`${one.id}.json`, `${two.id}.json`].sort());
  for (let i = 0; i < 2; i++) {
    const read = await readOrders(inbox);
    expect(read).toHaveLength(2);
    expect(read).toEqual(expect.arrayContaining([one, two]));
  }
  await discardOrder(inbox, one);
  await discardOrder(inbox, one);
  expect(await readOrders(inbox)).toEqual([two]);
});

test('the same order left twice is one', async () => {
  const order = newOrder('cancel', null);
  await leaveOrder(inbox, order);
  await leaveOrder(inbox, order);
  expect(await readOrders(inbox)).toEqual([order]);
});

test('an inbox that is not there holds nothing, and is made by whoever leaves an order', async () => {
  rmSync(inbox, { recursive: true });
  expect(await readOrders(inbox)).toEqual([]);
  const order = newOrder('undo', null);
  await leaveOrder(inbox, order);
  expect(await readOrders(inbox)).toEqual([order]);
});

test('an order that cannot be left is told so', async () => {
  writeFileSync(join(dir, 'file'), '');
  const left = leaveOrder(join(dir, 'file'), newOrder('undo', null));
  await expect(left).rejects.toThrow(LlcError);
  await expect(left).rejects.toMatchObject({ code: 75 });
});

describe('in the inbox', () => {
  const order = newOrder('cancel', null);
  const name = `${order.id}.json`;
  const bytes = JSON.stringify(order);

  /** What is read beside a good order, which nothing keeps from being read. */
  async function readBeside(): Promise<string[]> {
    const good = newOrder('pull', null);
    await leaveOrder(inbox, good);
    expect(await readOrders(inbox)).toEqual([good]);
    await discardOrder(inbox, good);
    return readdirSync(inbox);
  }

  test.each([
    ['no JSON', 'garbage'],
    ['nothing', ''],
    ['half an order', bytes.slice(0, 40)],
    ['zeros', '\0'.repeat(100)],
    ['an order of another name', JSON.stringify(newOrder('cancel', null))],
  ])('a file with %s is set aside and kept', async (_, content) => {
    writeFileSync(join(inbox, name), content);
    expect(await readBeside()).toEqual([`${name}.refused`]);
    expect(readFileSync(join(inbox, `${name}.refused`), 'utf8')).toBe(content);
    expect(await readOrders(inbox)).toEqual([]);
  });

  test.each([
    'half-written.json',
    `${name}.1a2b3c4d.tmp`,
    `${name}.refused`,
    `.${name}`,
    'notes.txt',
    `${order.id}.JSON`,
  ])('a file called otherwise is left alone: %s', async (other) => {
    writeFileSync(join(inbox, other), bytes);
    expect(await readBeside()).toEqual([other]);
  });

  test('a folder does no harm', async () => {
    mkdirSync(join(inbox, name));
    writeFileSync(join(inbox, name, 'kept'), 'x');
    expect(await readBeside()).toEqual([`${name}.refused`]);
    expect(existsSync(join(inbox, `${name}.refused`, 'kept'))).toBe(true);
  });

  test('a link is not followed, wherever it leads', async () => {
    const outside = join(dir, 'outside.json');
    writeFileSync(outside, bytes);
    for (const target of [outside, '/dev/zero', '/dev/stdin', inbox, join(dir, 'nowhere')]) {
      symlinkSync(target, join(inbox, name));
      expect(await readBeside()).toEqual([`${name}.refused`]);
      rmSync(join(inbox, `${name}.refused`));
    }
    expect(readFileSync(outside, 'utf8')).toBe(bytes);
  });

  test('a pipe that nobody writes to does not hold the reader up', async () => {
    execFileSync('mkfifo', [join(inbox, name)]);
    expect(await readBeside()).toEqual([`${name}.refused`]);
  });

  test('a file beyond any order’s size is not read', async () => {
    writeFileSync(join(inbox, name), bytes);
    truncateSync(join(inbox, name), 2 ** 33);
    expect(await readBeside()).toEqual([`${name}.refused`]);
  });
});
