import { expect, test } from 'vitest';
import { readFacts } from '../../../../src/backends/slurm/ssh/host-facts.ts';

test('facts are found among what profiles print', () => {
  const printed = [
    'home\t/home/me',
    'system\tLinux x86_64',
    'glibc\tglibc 2.28',
    'Welcome!\n\tTabs\there\n',
    "/opt/it's/bin:/bin\t\t/etc/slurm.conf\t\t",
    '',
  ].join('\0');
  expect(readFacts(printed)).toEqual({
    home: '/home/me',
    system: 'Linux x86_64',
    glibc: '2.28',
    environment: "export PATH='/opt/it'\\''s/bin:/bin'\nexport SLURM_CONF='/etc/slurm.conf'",
  });
});

test('a login shell that says nothing leaves the environment as it is', () => {
  expect(readFacts('home\t/home/me\0system\tLinux aarch64\0glibc\t\0')).toEqual({
    home: '/home/me',
    system: 'Linux aarch64',
    glibc: '',
    environment: '',
  });
});

test('a host without a home has no facts', () => {
  expect(readFacts('home\t\0system\tLinux x86_64\0')).toBeNull();
  expect(readFacts('')).toBeNull();
});
