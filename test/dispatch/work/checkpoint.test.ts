import { expect, test } from 'vitest';
import {
  type CheckpointOf,
  decodeCheckpoint,
  encodeCheckpoint,
  type SamplingState,
} from '../../../src/dispatch/work/checkpoint.ts';
import type { RecordedDraw } from '../../../src/dispatch/work/recorder.ts';

const OF: CheckpointOf = {
  runId: '0123456789ab',
  codeVersion: 'c',
  schemaHash: 's',
  sampler: 'mclmc',
  engine: 'plain',
  dtype: 'float64',
  weights: 'w',
  noSkip: false,
};
const meters = { squaredDistance: [1, 2], virialLoss: [0.1, -0], gradientNorm: null };
const DRAWS: readonly RecordedDraw[] = [
  { transition: 0, loss: [1 / 3, -0], stats: { lp: [3, 4] }, meters, theta: null },
  {
    transition: 5,
    loss: [Number.NaN, Number.POSITIVE_INFINITY],
    stats: { lp: [5, 6], energy: [5e-324, 1e308] },
    meters: { ...meters, gradientNorm: [7, 8] },
    theta: Float64Array.of(1, 2, 3, 4),
  },
  { transition: 10, loss: [1, 2], stats: { lp: [9, 10] }, meters: null, theta: new Float64Array() },
];
const STATE: SamplingState = {
  sampler: { sampler: 'mclmc', state: { done: 7, position: Float64Array.of(-0, 1), deep: [null] } },
  draws: DRAWS.slice(0, 2),
  spent: { warmup: 1.5, sampling: 2.5 },
  trace: { stride: 2, offered: 3, kept: [], newest: undefined },
};

test('a checkpoint gives back what was put in, to the last bit', () => {
  for (const draws of [
    [],
    STATE.draws,
    [...STATE.draws, { ...(DRAWS[2] as RecordedDraw), theta: null }],
  ]) {
    const state = { ...STATE, draws };
    const read = decodeCheckpoint(encodeCheckpoint(OF, state));
    expect(read?.mismatch(OF)).toBeNull();
    const back = read?.state();
    expect(back).toStrictEqual(state);
    // Its own memory: an array that is sent to a thread takes with it all that it is a view of.
    const position = back?.sampler.state['position'] as Float64Array | undefined;
    expect(position?.buffer.byteLength).toBe(16);
  }
});

test('draws of different kinds are refused, not bent', () => {
  expect(() => encodeCheckpoint(OF, { ...STATE, draws: DRAWS })).toThrow('equally many');
});

test('a checkpoint says of what it is not', () => {
  const read = decodeCheckpoint(encodeCheckpoint(OF, STATE));
  for (const [key, value] of Object.entries({ ...OF, noSkip: true })) {
    if (key === 'noSkip') continue;
    expect(read?.mismatch({ ...OF, [key]: 'another' })).toBe(`its ${key} is ${value}, not another`);
  }
  expect(read?.mismatch({ ...OF, noSkip: true })).toBe('the job is to be computed anew');
});

test('bytes that have changed anywhere are none', () => {
  const bytes = encodeCheckpoint(OF, STATE);
  for (let at = 0; at < bytes.length; at++) {
    if (at === 64) continue;
    const changed = bytes.slice();
    changed[at] ^= 0x20;
    expect(decodeCheckpoint(changed)).toBeNull();
    expect(decodeCheckpoint(bytes.subarray(0, at))).toBeNull();
  }
});
