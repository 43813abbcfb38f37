import { spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { dawn } from './dawn';

/** Runs y = 2 x + 1 on `device` for x = 0, 1, ... 31. */
async function doubleAndAddOne(device: GPUDevice): Promise<number[]> {
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(32)
      fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = 2.0 * x[id.x] + 1.0; }`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const values = device.createBuffer({
    size: 128,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const readback = device.createBuffer({
    size: 128,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const x = Float32Array.from({ length: 32 }, (_, i) => i);
  device.queue.writeBuffer(values, 0, x);

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const entries = [{ binding: 0, resource: { buffer: values } }];
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, readback, 0, 128);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  return [...new Float32Array(readback.getMappedRange())];
}

test('an adapter is found and runs a compute shader, also after a garbage collection', async () => {
  const device = await (await (await dawn()).requestAdapter())!.requestDevice();
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const result = await doubleAndAddOne(device);
  device.destroy();
  expect(result).toEqual(Array.from({ length: 32 }, (_, i) => 2 * i + 1));
});

test('a process has one GPU object', async () => {
  expect(await dawn()).toBe(await dawn());
});

test('a process that used the adapter ends by itself and without an error', () => {
  const { status, stdout } = spawnSync(process.execPath, ['tools/probe_adapter.mjs'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toHaveProperty('description');
});

test('without an adapter the error says what to install', () => {
  // A backend that this operating system does not have: Dawn then finds no adapter.
  const backend = process.platform === 'win32' ? 'metal' : 'd3d12';
  const env = { ...process.env, DAWNNODE_BACKEND: backend };
  const { status, stderr } = spawnSync(process.execPath, ['tools/probe_adapter.mjs'], {
    encoding: 'utf8',
    env,
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/No WebGPU adapter was found for Node.*: .*(install|needed)/);
});
