import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  BINDING_VERSION,
  bindingPlatform,
  findBinding,
} from '../../../src/dispatch/gpu/gpu-binding.ts';
import { readGpuReport } from '../../../src/dispatch/gpu/gpu-report.ts';

const asked = { stdout: '', stderr: '', end: 'exit code 0' };

test('a worker’s report is read from among what drivers print', () => {
  const adapter = {
    name: 'H100',
    vendor: 'nvidia',
    backend: 'vulkan',
    driver: '',
    software: false,
  };
  const stdout = `Warning: x\n${JSON.stringify({ adapter, refusal: null })}\nvalidation: y\n`;
  expect(readGpuReport({ ...asked, stdout })).toEqual({ adapter, refusal: null });
});

test('nothing that a terminal would obey is left of it', () => {
  const refusal = { missing: '\u001b[2Jno loader', remedy: 'x'.repeat(10_000) };
  const stdout = JSON.stringify({ adapter: null, refusal });
  const read = readGpuReport({ ...asked, stdout });
  expect(read.refusal?.missing).toBe('no loader');
  expect(read.refusal?.remedy.length).toBeLessThan(1000);
});

test('a worker that said nothing, or something else, has found no GPU, and it is told how it ended', () => {
  const crashed = {
    stdout: '{"adapter":{"name":7}}',
    stderr: 'a\nno such symbol\n',
    end: 'SIGSEGV',
  };
  for (const stdout of ['', 'hello', crashed.stdout])
    expect(readGpuReport({ ...crashed, stdout }).refusal?.missing).toBe(
      'the look for a GPU ended with SIGSEGV: no such symbol',
    );
});

test('the version that counts for run ids is the one that is installed', () => {
  const installed = JSON.parse(readFileSync('node_modules/webgpu/package.json', 'utf8'));
  expect(installed.version).toBe(BINDING_VERSION);
});

test('the library is found for the machines that clusters have, and no other', () => {
  expect(findBinding(bindingPlatform('linux', 'x64') ?? '')).toMatch(/linux-x64/);
  expect(findBinding(bindingPlatform('linux', 'arm64') ?? '')).toMatch(/linux-arm64/);
  expect(bindingPlatform('linux', 'ppc64')).toBeNull();
  expect(bindingPlatform('darwin', 'arm64')).toBe('darwin-universal');
});
