import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { routeTo } from '../../../../src/backends/slurm/ssh/route.ts';
import { readSshSettings } from '../../../../src/backends/slurm/ssh/ssh-settings.ts';

const read = (printed: string, environment = {}) => readSshSettings('login', printed, environment);

test('what ssh prints is read', () => {
  const settings = read(
    [
      'host login',
      'user me',
      'hostname login.example',
      'port 2222',
      'identitiesonly yes',
      'serveraliveinterval 15',
      'connecttimeout none',
      'identityfile ~/.ssh/id_a',
      'identityfile /keys/id b',
      'userknownhostsfile ~/.ssh/known_hosts "/a b/known" none',
      'globalknownhostsfile /etc/ssh/known',
      'proxyjump one,two',
      'hostkeyalias cluster',
    ].join('\n'),
  );
  expect(settings).toEqual({
    host: 'login',
    hostName: 'login.example',
    port: 2222,
    user: 'me',
    hostKeyAlias: 'cluster',
    identityFiles: [join(homedir(), '.ssh/id_a'), '/keys/id b'],
    identitiesOnly: true,
    agent: null,
    jumps: ['one', 'two'],
    proxyCommand: null,
    knownHostsFiles: [join(homedir(), '.ssh/known_hosts'), '/a b/known', '/etc/ssh/known'],
    trustsUnknown: false,
    connectTimeoutS: null,
    aliveIntervalS: 15,
  });
});

test('the agent is the one that is named, that of the environment, or none', () => {
  const environment = { SSH_AUTH_SOCK: '/run/agent', MINE: '/run/mine' };
  expect(read('', environment).agent).toBe('/run/agent');
  expect(read('identityagent SSH_AUTH_SOCK', environment).agent).toBe('/run/agent');
  expect(read('identityagent $MINE', environment).agent).toBe('/run/mine');
  expect(read('identityagent "/a b"', environment).agent).toBe('/a b');
  expect(read('identityagent none', environment).agent).toBeNull();
  expect(read('').agent).toBeNull();
});

test('the first jump host brings its own jumps, those after it do not', async () => {
  const jumps: Record<string, string> = {
    login: 'me@a:22,ssh://b,[::1]:2222',
    'me@a': 'gate',
    b: 'never',
    '::1': 'never',
  };
  const asked: (number | null)[] = [];
  const route = await routeTo('login', async (host, port) => {
    asked.push(port);
    return readSshSettings(host, `hostname ${host}\nproxyjump ${jumps[host] ?? 'none'}`, {});
  });
  expect(route.map(({ host }) => host)).toEqual(['gate', 'me@a', 'b', '::1', 'login']);
  expect(asked).toContain(22);
  expect(asked).toContain(2222);
});
