import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  hostKeyOf,
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
} from '../../../../src/backends/slurm/ssh/known-hosts.ts';

function key(type: string, seed: string) {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return hostKeyOf(Buffer.concat([length, name, Buffer.from(seed)]));
}

const ED = key('ssh-ed25519', 'one');
const OTHER = key('ssh-ed25519', 'two');
const RSA = key('ssh-rsa', 'three');
const text = ({ type, blob }: typeof ED) => `${type} ${blob.toString('base64')}`;
const judge = (lines: string, name: string, shown = ED) =>
  judgeHostKey([{ path: 'known', text: lines }], name, shown).kind;

test('a host has its port in its name unless it is 22, and its alias alone where it has one', () => {
  expect(knownHostName('Login.Example', 22, null)).toBe('login.example');
  expect(knownHostName('login.example', 2222, null)).toBe('[login.example]:2222');
  expect(knownHostName('login.example', 2222, 'cluster')).toBe('cluster');
});

test('names stand alone, in lists, as patterns, and negated', () => {
  expect(judge(`login ${text(ED)}`, 'login')).toBe('known');
  expect(judge(`a,LOGIN,b ${text(ED)} a comment`, 'login')).toBe('known');
  expect(judge(`*.example,!bad.example ${text(ED)}`, 'good.example')).toBe('known');
  expect(judge(`*.example,!bad.example ${text(ED)}`, 'bad.example')).toBe('unknown');
  expect(judge(`login? ${text(ED)}`, 'login1')).toBe('known');
  expect(judge(`login? ${text(ED)}`, 'login')).toBe('unknown');
  expect(judge(`[login]:2222 ${text(ED)}`, '[login]:2222')).toBe('known');
  expect(judge(`[login]:2222 ${text(ED)}`, 'login')).toBe('unknown');
  expect(judge(`lo.in ${text(ED)}`, 'login')).toBe('unknown');
});

test('hashed names are found, whatever they are', () => {
  fc.assert(
    fc.property(fc.domain(), fc.uint8Array({ minLength: 20, maxLength: 20 }), (name, salt) => {
      const hash = createHmac('sha1', salt).update(name).digest('base64');
      const line = `|1|${Buffer.from(salt).toString('base64')}|${hash} ${text(ED)}`;
      expect(judge(line, name)).toBe('known');
      expect(judge(line, `${name}x`)).toBe('unknown');
    }),
  );
});

test('another key of the same type is a change, one of another type is unknown', () => {
  expect(judge(`login ${text(OTHER)}`, 'login')).toBe('changed');
  expect(judge(`login ${text(RSA)}`, 'login')).toBe('unknown');
  // Hosts may have several keys of a type while they change them.
  expect(judge(`login ${text(OTHER)}\nlogin ${text(ED)}`, 'login')).toBe('known');
});

test('a revoked key is refused whatever else is said of it', () => {
  expect(judge(`login ${text(ED)}\n@revoked * ${text(ED)}`, 'login')).toBe('revoked');
  expect(judge(`login ${text(ED)}\n@revoked * ${text(OTHER)}`, 'login')).toBe('known');
});

test('a certificate authority vouches for no plain key', () => {
  expect(judge(`@cert-authority * ${text(ED)}`, 'login')).toBe('authority');
  expect(judge(`@cert-authority * ${text(OTHER)}\nlogin ${text(ED)}`, 'login')).toBe('known');
});

test('the types of the known keys are told, over all files', () => {
  const files = [
    { path: 'a', text: `login ${text(ED)}\n@revoked login ${text(key('x', 'y'))}` },
    { path: 'b', text: `other ${text(ED)}\nlogin ${text(RSA)}` },
  ];
  expect(knownKeyTypes(files, 'login')).toEqual(['ssh-ed25519', 'ssh-rsa']);
});

test('no text of a file, and no key that a host shows, is more than a host that is not known', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (lines, blob) => {
      const shown = hostKeyOf(Buffer.from(blob));
      expect(judge(lines, 'login', shown)).not.toBe('known');
      expect(judge(`# ${text(shown)}\n\n \nlogin\nlogin ssh-rsa\n`, 'login', shown)).toBe(
        'unknown',
      );
    }),
  );
});
