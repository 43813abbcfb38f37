import { expect, test } from 'vitest';
import { createModel } from '../graphcast/create_model';
import { initialiseParameters, parameterArrays, partOf } from '../graphcast/parameters';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import { Executor } from '../webgpu/execute';
import { relativeError, sampleValues, withDevice } from '../webgpu/testing';
import { trainingTerms } from './loss_weights';
import { Optimizer } from './optimizer';
import { OPTIMIZER } from './run_config';

const grid = {
  latitudes: Float32Array.from({ length: 7 }, (_, i) => -90 + 30 * i),
  longitudes: Float32Array.from({ length: 12 }, (_, i) => 30 * i),
};
const model = {
  resolution: 30,
  mesh_size: 0,
  latent_size: 8,
  gnn_msg_steps: 1,
  hidden_layers: 1,
  radius_query_fraction_edge_length: 0.6,
};
const task = { ...TASKS.TASK_13, pressureLevels: [500] };

test('frozen parts stay as they are and their gradients do not count; the average follows the parameters', () =>
  withDevice(async ({ gpu }) => {
    const channels = channelLayout(task);
    const built = await createModel(gpu, {
      config: model,
      task,
      grid,
      statistics: { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 },
      training: trainingTerms(grid, channels, false),
    });
    const averageDecay = 0.75;
    const frozen = ['encoder', 'decoder'] as const;
    const optimizer = await Optimizer.create(built, { config: OPTIMIZER, frozen, averageDecay });
    try {
      const { layout, memory, gradients, parameters } = built;
      const arrays = parameterArrays(model, channels.inputs.length, channels.state.length);
      const before = initialiseParameters(arrays, 1);
      const given = layout.unpack(
        layout.pack(
          new Map(
            [...before].map(([name, { length }]) => [name, sampleValues(`gradient of ${name}`, length)]),
          ),
        ),
      );
      built.writeParameters(before);
      memory.write(optimizer.average!, layout.pack(before));
      memory.write(gradients!, layout.pack(given));
      optimizer.writeSchedule(1, 0.01);
      await new Executor(gpu).run(optimizer.commands);

      const after = layout.unpack(await memory.read(parameters));
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
    } finally {
      optimizer.destroy();
      built.destroy();
    }
  }));
