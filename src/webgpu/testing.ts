import { dawn } from './dawn';
import { type Gpu, openDevice } from './device';
import { Executor } from './execute';
import type { Dispatch } from './kernel';
import { Memory } from './memory';
import { PlanBuilder } from './plan';
import type { Tensor } from './tensor';

type Values = Float32Array | Uint32Array | Int32Array;

/** What a GPU test gets: the device, and a way to run dispatches on data. */
export interface TestBench {
  gpu: Gpu;
  /** Buffers that are destroyed, and counted, when the test ends. */
  memory(): Memory;
  /**
   * Runs dispatches once and reads tensors back without their padding. Everything that is not an input holds NaN
   * before the run. Fails when the padding of an output is not zero.
   */
  run(dispatches: Dispatch[], inputs: Map<Tensor, Values>, outputs: Tensor[]): Promise<Float32Array[]>;
}

let shared: Promise<Gpu> | undefined;

/**
 * Wraps a GPU test: opens the process's device, catches every validation, memory and internal error, destroys all
 * buffers the test made, and fails when an error was reported or a buffer was left over.
 */
export async function withDevice(test: (bench: TestBench) => Promise<void>): Promise<void> {
  shared ??= dawn().then(openDevice);
  const gpu = await shared;
  const { device } = gpu;
  const made = trackBuffers(device);
  const memories: Memory[] = [];
  const bench: TestBench = {
    gpu,
    memory() {
      const memory = new Memory(gpu);
      memories.push(memory);
      return memory;
    },
    run: (dispatches, inputs, outputs) => run(bench, dispatches, inputs, outputs),
  };
  const filters = ['validation', 'out-of-memory', 'internal'] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const errors: string[] = [];
  try {
    await test(bench);
  } finally {
    for (const memory of memories) memory.destroy();
    for (const _ of filters) {
      const error = await device.popErrorScope();
      if (error) errors.push(error.message);
    }
    made.restore();
  }
  if (errors.length > 0) throw new Error(`WebGPU reported: ${errors.join('; ')}`);
  if (made.alive.size > 0) {
    throw new Error(`leaked buffers: ${[...made.alive].map((b) => b.label).join(', ')}`);
  }
}

/** Watches createBuffer and destroy of a device. */
function trackBuffers(device: GPUDevice): { alive: Set<GPUBuffer>; restore: () => void } {
  const alive = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      return destroy();
    };
    alive.add(buffer);
    return buffer;
  };
  return {
    alive,
    restore() {
      device.createBuffer = create;
    },
  };
}

async function run(
  bench: TestBench,
  dispatches: Dispatch[],
  inputs: Map<Tensor, Values>,
  outputs: Tensor[],
): Promise<Float32Array[]> {
  const { gpu } = bench;
  const memory = bench.memory();
  const tensors = new Set<Tensor>([...inputs.keys(), ...outputs].map((t) => t.owner));
  for (const dispatch of dispatches) {
    for (const tensor of Object.values(dispatch.tensors)) if (tensor) tensors.add(tensor.owner);
  }
  memory.add(...tensors);
  memory.poison();
  for (const [tensor, values] of inputs) memory.write(tensor, values);
  const builder = new PlanBuilder(gpu.maxBinding);
  builder.program('test');
  builder.add(...dispatches);
  const plan = await builder.build(gpu, memory);
  try {
    await new Executor(gpu).run(plan.program('test'));
    const results: Float32Array[] = [];
    for (const tensor of outputs) {
      const padded = await memory.read({ ...tensor, width: tensor.stride });
      assertZeroPadding(tensor, padded);
      results.push(await memory.read(tensor));
    }
    return results;
  } finally {
    plan.destroy();
    memory.destroy();
  }
}

function assertZeroPadding(tensor: Tensor, values: Float32Array): void {
  for (let r = 0; r < tensor.rows; r++) {
    for (let c = tensor.width; c < tensor.stride; c++) {
      const value = values[r * tensor.stride + c];
      if (value !== 0)
        throw new Error(`${tensor.name}: padding at row ${r}, column ${c} is ${value}, not zero`);
    }
  }
}

/** Largest difference between two arrays, relative to the largest magnitude expected (1 when all are zero). */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length)
    throw new Error(`lengths differ: ${found.length}, ${expected.length}`);
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(found[i] - expected[i]);
    if (!(difference <= worst)) worst = difference; // a NaN stays
  }
  return worst / (largest || 1);
}

/** Repeatable numbers in [-scale, scale) from a name, the same on every machine. */
export function sampleValues(name: string, length: number, scale = 1): Float32Array {
  let h = 2166136261;
  for (const char of name) h = Math.imul(h ^ char.charCodeAt(0), 16777619);
  return Float32Array.from({ length }, () => {
    h = (h + 0x9e3779b9) | 0;
    let t = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    t ^= t >>> 15;
    return ((t >>> 8) / 8388608 - 1) * scale;
  });
}
