import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf, readIdentities } from '../../../../src/backends/slurm/ssh/identity.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llc-keys-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const kinds = ['ed25519', 'ecdsa', 'rsa'];
const forms = ['RFC4716', 'PEM'];

test('keys of every kind are read, and whether they are locked', async (context) => {
  if (spawnSync('ssh-keygen', ['-?']).error) return context.skip('there is no ssh-keygen');
  const cases = kinds.flatMap((kind) =>
    forms.flatMap((form) => ['', 'secret'].map((passphrase) => ({ kind, form, passphrase }))),
  );
  for (const { kind, form, passphrase } of cases) {
    const path = join(dir, `${kind}-${form}-${passphrase}`);
    const words = ['-q', '-t', kind, '-m', form, '-N', passphrase, '-f', path];
    expect(spawnSync('ssh-keygen', words).status).toBe(0);
    const [, key] = readFileSync(`${path}.pub`, 'utf8').split(' ');
    const [identity] = await readIdentities([path]);
    expect(identity?.isLocked, path).toBe(passphrase !== '');
    expect(identity?.blob?.toString('base64'), path).toBe(key);
    expect(identity?.key?.toString('latin1'), path).toContain('PRIVATE KEY');
    // Named by its public part: the agent has the other.
    const [half] = await readIdentities([`${path}.pub`]);
    expect(half).toMatchObject({ key: null, isLocked: false });
    expect(half?.blob?.toString('base64')).toBe(key);
  }
});

test('files that are not there, or hold no key, are left out', async () => {
  writeFileSync(join(dir, 'text'), 'no key');
  writeFileSync(join(dir, 'large'), Buffer.alloc(2 ** 17));
  expect(await readIdentities(['text', 'large', 'none'].map((name) => join(dir, name)))).toEqual(
    [],
  );
});

test('no text of a file is more than no key, or one that does not open', () => {
  const body = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'));
  const magic = Buffer.from('openssh-key-v1\0').toString('base64');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    body.map(
      (base64) =>
        `-----BEGIN OPENSSH PRIVATE KEY-----\n${magic}${base64}\n-----END OPENSSH PRIVATE KEY-----`,
    ),
  );
  fc.assert(
    fc.property(text, fc.string(), (content, beside) => {
      identityOf('path', Buffer.from(content, 'latin1'), beside);
    }),
  );
});
