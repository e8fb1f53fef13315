import { expect, test } from 'vitest';
import {
  FACES,
  faceOf,
  HEADER_FACES,
  isDoubtful,
  needsYou,
} from '../../../src/screens/sweep/job-words.ts';
import { widthOf } from '../../../src/ui/text/width.ts';
import { watchedSweep } from './watched-sweep.ts';

test('no two faces share a glyph, in ASCII neither, and each is one column wide', () => {
  const faces = Object.values(FACES);
  expect(new Set(faces.map(({ glyph }) => glyph)).size).toBe(faces.length);
  expect(new Set(faces.map(({ ascii }) => ascii)).size).toBe(faces.length);
  for (const { glyph, ascii } of faces) {
    expect(widthOf(glyph)).toBe(1);
    expect(ascii).toMatch(/^[!-~]$/);
  }
});

test('every face has a place in the header', () => {
  expect(new Set<string>(HEADER_FACES)).toEqual(new Set(Object.keys(FACES)));
});

test('failures, doubts and what the site holds need somebody; waiting does not', () => {
  const table = 'a 0 | error oom | ok 1 0.1 ? | waiting JobHeldUser | waiting Priority | ok 1 0.1';
  const { sweep } = watchedSweep({ samplers: ['a', 'b', 'c', 'd', 'e'], table });
  const jobs = [...sweep.jobs.values()];
  expect(jobs.map(needsYou)).toEqual([true, true, true, false, false]);
  expect(jobs.map(isDoubtful)).toEqual([false, true, false, false, false]);
  expect(jobs.map(faceOf)[2]).toBe('needs-hands');
});
