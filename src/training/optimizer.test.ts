import { expect, test } from 'vitest';
import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { initialiseParameters, moduleOf, parameterArrays, partOf } from '../graphcast/parameters';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import { Executor } from '../webgpu/execute';
import { relativeError, sampleValues, withDevice } from '../webgpu/testing';
import { trainingTerms } from './loss_weights';
import { Optimizer, type OptimizerOptions } from './optimizer';
import { OPTIMIZER } from './run_config';

const grid = {
  latitudes: Float32Array.from({ length: 7 }, (_, i) => -90 + 30 * i),
  longitudes: Float32Array.from({ length: 12 }, (_, i) => 30 * i),
};
const model = {
  resolution: 30,
  mesh_size: 0,
  latent_size: 8,
  gnn_msg_steps: 2,
  hidden_layers: 1,
  radius_query_fraction_edge_length: 0.6,
};
const task = { ...TASKS.TASK_13, pressureLevels: [500] };

interface Set {
  built: Model;
  optimizer: Optimizer;
  /** First parameters and gradients, by name. */
  before: Map<string, Float32Array>;
  given: Map<string, Float32Array>;
  update: () => Promise<void>;
}

/** A model with an optimiser, parameters and gradients. */
async function withOptimizer(options: Partial<OptimizerOptions>, test: (set: Set) => Promise<void>) {
  await withDevice(async ({ gpu }) => {
    const channels = channelLayout(task);
    const built = await createModel(gpu, {
      config: model,
      task,
      grid,
      statistics: { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 },
      training: trainingTerms(grid, channels, false),
    });
    const optimizer = await Optimizer.create(built, { config: OPTIMIZER, ...options });
    try {
      const { layout, memory } = built;
      const arrays = parameterArrays(model, channels.inputs.length, channels.state.length);
      const before = initialiseParameters(arrays, 1);
      const given = new Map(
        [...before].map(([name, { length }]) => [name, sampleValues(`gradient of ${name}`, length)]),
      );
      built.writeParameters(before);
      memory.write(built.gradients!, layout.pack(given));
      optimizer.writeSchedule(1, 0.01);
      const update = () => new Executor(gpu).run(optimizer.commands);
      await test({ built, optimizer, before, given, update });
    } finally {
      optimizer.destroy();
      built.destroy();
    }
  });
}

test('frozen parts stay as they are and their gradients do not count; the average follows the parameters', () =>
  withOptimizer({ frozen: ['encoder', 'decoder'], averageDecay: 0.75 }, async (set) => {
    const { built, optimizer, before, given } = set;
    const { layout, memory } = built;
    memory.write(optimizer.average!, layout.pack(before));
    await set.update();

    const after = await built.readParameters();
    const average = layout.unpack(await memory.read(optimizer.average!));
    let squares = 0;
    for (const [name, values] of after) {
      const moved = values.some((value, i) => value !== before.get(name)![i]);
      expect(moved, name).toBe(partOf(name) === 'processor');
      if (moved) squares += given.get(name)!.reduce((sum, g) => sum + g * g, 0);
      const expected = values.map((value, i) => 0.75 * before.get(name)![i] + 0.25 * value);
      expect(relativeError(average.get(name)!, expected), name).toBeLessThan(1e-6);
    }
    const [norm] = await memory.read(optimizer.norm);
    expect(norm / squares).toBeCloseTo(1, 5);
  }));

test('every module has its gradient norm', () =>
  withOptimizer({}, async ({ built, optimizer, given, update }) => {
    await update();
    const { norm, byModule } = optimizer.gradientNorms(await built.memory.read(optimizer.figures));
    const squares = new Map<string, number>();
    for (const [name, values] of given) {
      const module = moduleOf(name);
      squares.set(
        module,
        values.reduce((sum, g) => sum + g * g, squares.get(module) ?? 0),
      );
    }
    expect(Object.keys(byModule)).toEqual([
      'encoder',
      'mesh edge embedding',
      'processor step 0',
      'processor step 1',
      'decoder',
    ]);
    for (const [module, sum] of squares) expect(byModule[module] / Math.sqrt(sum), module).toBeCloseTo(1, 5);
    expect(norm / Math.hypot(...Object.values(byModule))).toBeCloseTo(1, 5);
  }));

test.each([
  ['a gradient', Number.NaN, 0],
  ['a gradient', Number.POSITIVE_INFINITY, 0],
  ['a loss', 1, Number.POSITIVE_INFINITY],
])('%s that is no number leaves parameters and moments as they are: %d, %d', (_, gradient, loss) =>
  withOptimizer({}, async ({ built, optimizer, given, update }) => {
    const { layout, memory } = built;
    const read = () =>
      Promise.all([built.parameters, optimizer.moment1, optimizer.moment2].map((t) => memory.read(t)));
    await update();
    const sound = await read();
    const name = [...given.keys()].find((key) => moduleOf(key) === 'processor step 1')!;
    const spoilt = new Map(given).set(name, given.get(name)!.slice().fill(gradient, 3, 4));
    memory.write(built.gradients!, layout.pack(spoilt));
    memory.write(built.sums, new Float32Array(built.sums.width).fill(loss, 1, 2));
    await update();
    expect(await read()).toEqual(sound);
    const { norm, byModule } = optimizer.gradientNorms(await memory.read(optimizer.figures));
    expect(Number.isFinite(norm)).toBe(false);
    const bad = Object.keys(byModule).filter((module) => !Number.isFinite(byModule[module]));
    expect(bad).toEqual(gradient === 1 ? [] : ['processor step 1']);
  }),
);
