import { describe, expect, it } from 'vitest';
import { copy } from '../../shaders/adapter_limits/adapter_limits';
import { DeviceError } from '../errors';
import { dawn } from './dawn';
import { openDevice } from './device';
import { Executor } from './execute';
import { defineKernel, workgroupGrid } from './kernel';
import { Memory } from './memory';
import { PlanBuilder, readyClear, readyCopy } from './plan';
import { profile } from './profile';
import { ReadbackRing } from './readback';
import { list, matrix, rowsOf } from './tensor';
import { sampleValues, withDevice } from './testing';

/** out = x + 1, row by row; one workgroup per 64 numbers. */
const increment = defineKernel({
  name: 'increment',
  source: `@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.x + group.y * groups.x) * 64u + local;
  if (i < args.count) {
    out[i] = x[i] + args.step;
    if (WITH_EXTRA) { out[i] += extra[i]; }
  }
}`,
  bindings: {
    out: { type: 'array<f32>', access: 'read_write' },
    x: { type: 'array<f32>', access: 'read' },
    extra: { type: 'array<f32>', access: 'read', optional: true },
  },
  args: { count: 'u32', step: 'f32' },
  constants: {},
});

const add = (
  out: ReturnType<typeof list>,
  x: ReturnType<typeof list>,
  step: number,
  extra?: ReturnType<typeof list>,
) =>
  increment.dispatch({
    tensors: { out, x, extra },
    args: { count: x.bytes / 4, step },
    constants: {},
    workgroups: Math.ceil(x.bytes / 256),
    flops: x.bytes / 4,
  });

describe('plan', () => {
  it('puts other dispatches in the place of recorded ones', () => {
    const plan = new PlanBuilder(1024);
    const [x, y] = [list('x', 10), list('y', 10)];
    for (const program of ['first', 'second']) {
      plan.program(program);
      plan.add(add(y, x, 1), add(x, y, 2));
    }
    plan.rewrite((dispatch) => (dispatch.args.step === 2 ? [add(x, y, 3), add(y, x, 4)] : [dispatch]));
    const steps = [...plan.programs.values()].map((dispatches) => dispatches.map(({ args }) => args.step));
    expect(steps).toEqual([
      [1, 3, 4],
      [1, 3, 4],
    ]);
  });

  it('runs a chain through shared slots and knows its memory before', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [x, y] = [list('x', 100), list('y', 100)];
      memory.add(x, y);
      const plan = new PlanBuilder(gpu.maxBinding);
      plan.program('chain');
      let last = x;
      for (let i = 0; i < 9; i++) {
        const next = plan.transientList(`step ${i}`, 100);
        plan.add(add(next, last, i, i % 2 ? x : undefined));
        last = next;
      }
      plan.add(add(y, last, 0.5));
      expect(plan.slots()).toHaveLength(2);
      expect(plan.leastBytes()).toBe(2 * 400);
      const built = await plan.build(gpu, memory);
      built.poison();
      const values = sampleValues('chain', 100);
      memory.write(x, values);
      const executor = new Executor(gpu);
      for (let replay = 0; replay < 3; replay++) await executor.run(built.program('chain'));
      const found = await memory.read(y);
      found.forEach((v, i) => {
        expect(v).toBeCloseTo(values[i] * 5 + 36.5, 3);
      });
      built.destroy();
    }));

  it('keeps what a later program reads', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [x, y] = [list('x', 64), list('y', 64)];
      memory.add(x, y);
      const plan = new PlanBuilder(gpu.maxBinding);
      plan.program('forward');
      const kept = plan.transientList('kept', 64);
      const passing = plan.transientList('passing', 64);
      plan.add(add(kept, x, 1), add(passing, x, 2), add(y, passing, 0));
      plan.program('backward');
      const other = plan.transientList('other', 64);
      plan.add(add(other, x, 100), add(y, kept, 0, other));
      const built = await plan.build(gpu, memory);
      memory.write(x, new Float32Array(64).fill(3));
      const executor = new Executor(gpu);
      await executor.run(built.program('forward'));
      await executor.run(built.program('backward'));
      expect((await memory.read(y))[0]).toBe(4 + 103);
      built.destroy();
    }));

  it('cuts row-wise work into windows that fit a binding', () => {
    const plan = new PlanBuilder(64 * 16 * 3 + 5);
    const windows: [number, number][] = [];
    plan.overRows(500, 16, 1, (start, count) => windows.push([start, count]));
    expect(windows).toEqual([
      [0, 192],
      [192, 192],
      [384, 116],
    ]);
  });

  it('cuts heavy row-wise work into windows that do not block an adapter', () => {
    const windows: number[] = [];
    new PlanBuilder(2 ** 32).overRows(2_000_000, 2048, 2 * 512 * 512, (_, count) => windows.push(count));
    expect(Math.max(...windows) * 2 * 512 * 512).toBeLessThanOrEqual(2e10);
    expect(windows.reduce((a, b) => a + b)).toBe(2_000_000);
  });

  it('says which tensor does not fit a binding before anything is allocated', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [x, y] = [list('x', 64), list('the wide one', 64)];
      const plan = new PlanBuilder(128);
      plan.program('wide');
      plan.add(add(y, x, 1));
      await expect(plan.build(gpu, memory)).rejects.toThrow(
        /increment needs 1 MiB of the wide one in one binding/,
      );
    }));

  it('copies and clears between replays', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [a, b] = [matrix('a', 64, 4), matrix('b', 128, 4)];
      memory.add(a, b);
      memory.write(a, sampleValues('a', 256));
      memory.write(b, sampleValues('b', 512));
      await new Executor(gpu).run([readyCopy(memory, rowsOf(b, 64, 64), a), readyClear(memory, a)]);
      expect([...(await memory.read(b)).subarray(256)]).toEqual([...sampleValues('a', 256)]);
      expect((await memory.read(a)).every((v) => v === 0)).toBe(true);
    }));

  it('times every dispatch where the adapter can', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [x, y] = [matrix('x', 4096, 4), matrix('y', 4096, 4)];
      memory.add(x, y);
      const plan = new PlanBuilder(gpu.maxBinding);
      plan.program('copies');
      plan.add(copy({ y, x }), copy({ y: x, x: y }));
      const built = await plan.build(gpu, memory);
      const times = await profile(gpu, built.program('copies'));
      expect(times.map(({ dispatch }) => dispatch.kernel.name)).toEqual(['copy', 'copy']);
      expect(times.every(({ seconds }) => seconds > 0 && seconds < 10)).toBe(true);
      built.destroy();
    }));

  it('brings results back in order through a ring', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const x = list('x', 1);
      memory.add(x);
      const ring = new ReadbackRing(gpu, memory, x, 2);
      const captured: Promise<Float32Array>[] = [];
      for (let i = 0; i < 7; i++) {
        memory.write(x, Float32Array.of(i));
        captured.push((await ring.capture()).value);
      }
      expect((await Promise.all(captured)).map(([v]) => v)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      ring.destroy();
    }));

  it('folds many workgroups into two dimensions', () => {
    expect(workgroupGrid(65535)).toEqual([65535, 1]);
    const [x, y] = workgroupGrid(1_000_000);
    expect(x <= 65535 && x * y >= 1_000_000).toBe(true);
  });
});

describe('errors', () => {
  it('shows a kernel that does not compile with numbered lines', () =>
    withDevice(async ({ gpu, memory: newMemory }) => {
      const memory = newMemory();
      const [x, y] = [list('x', 4), list('y', 4)];
      memory.add(x, y);
      const broken = { ...increment, source: increment.source.replace('args.step', 'args.stride') };
      const plan = new PlanBuilder(gpu.maxBinding);
      plan.program('broken');
      plan.add({ ...add(y, x, 1), kernel: broken });
      const message = await plan.build(gpu, memory).then(
        () => 'built',
        (error: unknown) => (error instanceof DeviceError ? error.message : 'another error'),
      );
      expect(message).toMatch(/increment does not compile.*line \d+/s);
      expect(message).toMatch(/^ +1 struct Args/m);
    }));

  it('reports a lost device as an event, and to whoever runs something', async () => {
    const gpu = await openDevice(await dawn());
    const executor = new Executor(gpu);
    gpu.close();
    expect((await gpu.lost).reason).toBe('destroyed');
    await expect(executor.run([])).rejects.toThrow(DeviceError);
  });

  it('does not trust a device that has reported an error', async () => {
    const gpu = await openDevice(await dawn());
    const memory = new Memory(gpu);
    const x = list('x', 64);
    memory.add(x);
    memory.locate(x).buffer.destroy();
    await expect(memory.read(x)).rejects.toThrow(/The GPU reported an error/);
    await expect(new Executor(gpu).run([])).rejects.toThrow(DeviceError);
    gpu.close();
  });

  it('says what to do without an adapter', async () => {
    await expect(openDevice(undefined)).rejects.toThrow(/No WebGPU adapter was found: use Chrome/);
  });
});
