import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createGpuEngine } from '../../../src/compute/engines/gpu/gpu-engine.ts';
import { createPlainEngine } from '../../../src/compute/engines/plain.ts';
import { openGpu } from '../../../src/dispatch/gpu/open-gpu.ts';
import { findVulkanBed } from '../../testbeds/vulkan.ts';
import { expectClose, optionsFor, problems, tolerance, vectorsFor } from './random-networks.ts';
import { OPERATIONS, after as resultOf } from './single-operations.ts';

const bed = await findVulkanBed();

describe('the engine of a GPU', async () => {
  if ('impossible' in bed) {
    test.skip(`nothing could be tried: ${bed.impossible}`, () => {});
    return;
  }
  // The drivers read the process's own.
  Object.assign(process.env, bed.environment);
  const { device, close } = await openGpu();
  afterAll(close);
  const mode = fc.constantFrom('vectorized' as const, 'sequential' as const);

  test.each(Object.keys(OPERATIONS))(
    '%s: the plain engine’s numbers up to rounding',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(problems, mode, async (problem, chosen) => {
          const options = optionsFor(problem, 'float32');
          const plain = createPlainEngine(options);
          const { dim } = plain;
          // On a single parameter there are no isokinetic moves.
          fc.pre(dim > 1);
          const gpu = createGpuEngine(options, device, chosen);
          expect([gpu.dim, gpu.rows]).toEqual([dim, plain.rows]);
          const expected = await resultOf(plain, name, vectorsFor(dim));
          const actual = await resultOf(gpu, name, vectorsFor(dim));
          for (const [what, reference] of Object.entries(expected)) {
            expectClose(actual[what], reference, {
              tolerance: tolerance(problem, 'float32'),
              scale: 0,
              what,
            });
          }
        }),
        { seed: 7, numRuns: name.includes('gradient') || name.includes('loss') ? 30 : 8 },
      );
    },
  );
});
