import { expect, test } from 'vitest';
import { initialiseParameters, moduleOf, parameterArrays } from '../graphcast/parameters';
import { channelLayout } from '../weather/channels';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { computeStatistics } from '../weather/statistics';
import { taskFromDataset } from '../weather/task';
import type { Gpu } from '../webgpu/device';
import { withDevice } from '../webgpu/testing';
import { variableWeights } from './loss_weights';
import { completeRunConfig, presetModel, type RunConfig } from './run_config';
import { Trainer } from './trainer';

const dataset = samplePlanet();
const task = { ...taskFromDataset(dataset), pressureLevels: [500, 850] };
const statistics = await computeStatistics(dataset, task);
const config = completeRunConfig(
  {
    model: { mesh_size: 0, latent_size: 8, gnn_msg_steps: 1 },
    phases: [{ updates: 50, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }],
    batch_size: 2,
    freeze: ['encoder'],
  },
  { task, model: presetModel('tiny'), updates: 50 },
);
const { inputs, state } = channelLayout(task);
const arrays = parameterArrays(config.model, inputs.length, state.length);

/** Norms by module of arrays by name. */
function norms(values: ReadonlyMap<string, Float32Array>): Record<string, number> {
  const squares: Record<string, number> = {};
  for (const [name, array] of values) {
    const module = moduleOf(name);
    squares[module] = array.reduce((sum, value) => sum + value * value, squares[module] ?? 0);
  }
  return Object.fromEntries(Object.entries(squares).map(([module, sum]) => [module, Math.sqrt(sum)]));
}

function expectClose(found: Record<string, number>, expected: Record<string, number>) {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [module, value] of Object.entries(expected)) {
    expect(Math.abs(found[module] - value), module).toBeLessThanOrEqual(1e-5 * value);
  }
}

test('an update tells what it found; every fiftieth also what it changed', () =>
  withDevice(async ({ gpu }) => {
    const parameters = initialiseParameters(arrays, config.seed);
    const zeros = new Map([...parameters].map(([name, { length }]) => [name, new Float32Array(length)]));
    const state = { update: 48, moment1: zeros, moment2: zeros };
    const trainer = await Trainer.create({ gpu, dataset, statistics, config, parameters, state });
    try {
      expect((await (await trainer.update()).metrics).detail).toBeUndefined();
      const before = await trainer.readParameters();
      const told = await (await trainer.update()).metrics;
      const after = await trainer.readParameters();
      const differences = [...after].map(([name, values]): [string, Float32Array] => {
        const former = before.get(name)!;
        return [name, values.map((value, i) => value - former[i])];
      });
      expectClose(told.detail!.parameterNormByModule, norms(after));
      expectClose(told.detail!.updateNormByModule, norms(new Map(differences)));
      expectClose(told.gradientNormByModule, norms(await trainer.model.readGradients()));
      expect(told.detail!.updateNormByModule).toMatchObject({ encoder: 0, decoder: expect.any(Number) });
      expect(told.gradientNormByModule.encoder).toBe(0);

      const sums: Record<string, number> = {};
      for (const [field, loss] of Object.entries(told.lossByField)) {
        const [variable] = field.split(' ');
        sums[variable] = (sums[variable] ?? 0) + loss;
      }
      expectClose(sums, told.lossByVariable);
      expect(told.gpuBytes).toBe(trainer.bytes);
      expect(told.samplesPerSecond).toBeGreaterThanOrEqual(2 / told.seconds);
      const flopsOfSample = told.usefulFlopsPerSecond / told.samplesPerSecond;
      expect(flopsOfSample / (3 * trainer.model.forwardFlops)).toBeCloseTo(1, 6);
      expect(told.initialTimes).toHaveLength(2);
      for (const time of told.initialTimes) expect(dataset.times).toContain(time);
    } finally {
      trainer.destroy();
    }
  }));

/** Losses of updates, and the parameters after them. */
async function trained(gpu: Gpu, changes: Partial<RunConfig>, updates: number) {
  const parameters = initialiseParameters(arrays, config.seed);
  const options = { gpu, dataset, statistics, config: { ...config, ...changes } };
  let trainer = await Trainer.create({ ...options, parameters });
  const losses: number[] = [];
  const taken: number[] = [];
  while (trainer.updates < updates) {
    if (trainer.isOutgrown) {
      const point = { parameters: await trainer.readParameters(), state: await trainer.readState() };
      const kept = { ...options, config: trainer.config };
      trainer.destroy();
      trainer = await Trainer.create({ ...kept, ...point });
    }
    taken.push(trainer.windowsAtOnce);
    losses.push((await (await trainer.update()).metrics).loss);
  }
  const after = await trainer.readParameters();
  trainer.destroy();
  return { losses, taken, after };
}

test('given weights of variables make the loss, its gradient and nothing else', () =>
  withDevice(async ({ gpu }) => {
    const first = async (weights: (name: string) => number | undefined) => {
      const given = task.targetVariables.flatMap((name) => {
        const weight = weights(name);
        return weight === undefined ? [] : [[name, weight] as const];
      });
      const parameters = initialiseParameters(arrays, config.seed);
      const weighted = { ...config, variable_weights: Object.fromEntries(given) };
      const trainer = await Trainer.create({ gpu, dataset, statistics, config: weighted, parameters });
      const { metrics } = await trainer.update();
      const found = await metrics;
      trainer.destroy();
      return found;
    };
    const usual = await first(() => undefined);
    expect(await first((name) => variableWeights([name])[name])).toMatchObject({
      loss: usual.loss,
      gradientNormByModule: usual.gradientNormByModule,
    });

    const alone = await first((name) => Number(name === 'temperature'));
    expect(alone.lossByVariable).toEqual(usual.lossByVariable);
    expect(alone.loss).toBeCloseTo(usual.lossByVariable.temperature, 6);
    const doubled = await first((name) => 2 * Number(name === 'temperature'));
    for (const [module, norm] of Object.entries(alone.gradientNormByModule)) {
      expect(doubled.gradientNormByModule[module], module).toBeCloseTo(2 * norm, 5);
    }
    expect(alone.gradientNormByModule.decoder).toBeGreaterThan(0);
    expect(alone.gradientNormByModule.decoder).not.toBeCloseTo(usual.gradientNormByModule.decoder, 3);
  }));

test('a phase weighs variables by its own weights, and the next by the run’s again', () =>
  withDevice(async ({ gpu }) => {
    const [phase] = config.phases;
    const one = { ...phase, updates: 1, learning_rate: { shape: 'constant', value: 1e-3 } as const };
    const [own, runs] = [{ temperature: 3 }, { temperature: 0.5 }];
    const losses = async (phases: RunConfig['phases'], variable_weights: typeof own) =>
      (await trained(gpu, { phases, variable_weights }, 2)).losses;
    const changing = await losses([{ ...one, variable_weights: own }, one], runs);
    const [heavy, light] = [await losses([one, one], own), await losses([one, one], runs)];
    expect(changing[0]).toBe(heavy[0]);
    expect(heavy[0]).toBeGreaterThan(light[0]);
    // Of parameters that the heavy weights have moved, weighed by the light ones.
    expect(changing[1]).toBeLessThan(heavy[1]);
    expect(changing[1]).not.toBe(light[1]);
    expect(Math.abs(changing[1] / light[1] - 1)).toBeLessThan(0.2);
  }));

test('windows that go through the network together teach it what they teach one after the other', () =>
  withDevice(async ({ gpu }) => {
    const [phase] = config.phases;
    const phases = [
      { ...phase, updates: 3, batch_size: 6 },
      { ...phase, updates: 3, batch_size: 4 },
      { ...phase, updates: 2, batch_size: 2, ar_steps: 2 },
    ];
    const alone = await trained(gpu, { phases, windows_at_once: 1 }, 8);
    const together = await trained(gpu, { phases, windows_at_once: 6 }, 8);
    expect(alone.taken).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(together.taken).toEqual([6, 6, 6, 4, 4, 4, 2, 2]);
    for (const [i, loss] of alone.losses.entries()) {
      expect(Math.abs(together.losses[i] / loss - 1)).toBeLessThan(1e-5);
    }
    // AdamW divides each gradient by its own size, so where that is rounding alone the step is too.
    for (const [name, values] of alone.after) {
      expect(Math.sqrt(squareDistance(values, together.after.get(name)!) / values.length)).toBeLessThan(1e-4);
    }
  }));

function squareDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}
