import { describe, expect, test } from 'vitest';
import { lookForGpu, NoGpu, openGpu } from '../../../src/dispatch/gpu/open-gpu.ts';
import { findVulkanBed } from '../../testbeds/vulkan.ts';

const bed = await findVulkanBed();

describe('a GPU', () => {
  if ('impossible' in bed) {
    test.skip(`nothing could be tried: ${bed.impossible}`, () => {});
    return;
  }
  // The drivers read the process's own.
  Object.assign(process.env, bed.environment);

  test('is opened with all that it offers, and computes', async () => {
    const { device, adapter, close } = await openGpu();
    expect(adapter).toMatchObject({ vendor: 'mesa', backend: 'vulkan', software: true });
    expect(adapter.name).toMatch(/^llvmpipe \(LLVM /);
    expect(device.limits.maxBufferSize).toBeGreaterThan(2 ** 28);
    expect(device.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThan(256);

    expect(await doubled(device, [1, 2.5, -7])).toEqual([2, 5, -14]);
    await close();
  });

  test('tells of an error that nothing else catches', async () => {
    const { device, failed, close } = await openGpu();
    device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await expect(failed).rejects.toMatchObject({ errorType: 'internal' });
    await close();
  });

  test('does not count as one when it is a program on the CPU, unless that is asked for', async () => {
    const { LLC_GPU_SOFTWARE: _, ...usual } = process.env;
    await expect(lookForGpu(usual)).rejects.toThrow(
      /there is no GPU, only llvmpipe .*--gpu-mode off/,
    );
    await expect(openGpu(usual)).rejects.toBeInstanceOf(NoGpu);
  });
});

async function doubled(device: GPUDevice, values: readonly number[]): Promise<number[]> {
  const code = `@group(0) @binding(0) var<storage, read_write> v: array<f32>;
    @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { v[id.x] *= 2; }`;
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = 4 * values.length;
  const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  const read = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(buffer, 0, new Float32Array(values));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    }),
  );
  pass.dispatchWorkgroups(values.length);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  return [...new Float32Array(read.getMappedRange())];
}
