/**
 * Loss, gradients and forecasts on the GPU against the float64 network, for configurations that the golden sets do not
 * have, and for every way to cut the work: blocks, small bindings, recomputation.
 */
import { describe, expect, it } from 'vitest';
import { rollout } from '../forecast/rollout';
import type { ModelConfig } from '../graphcast/config';
import { referenceParameters } from '../graphcast/layers.reference';
import { referenceLoss } from '../graphcast/loss.reference';
import { Model, type ModelOptions } from '../graphcast/model';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { graphSideBySide, planesApart, repeated, windowsSideBySide } from '../graphcast/side_by_side';
import { buildGraph } from '../mesh/graph';
import { channelLayout } from '../weather/channels';
import { normalisation } from '../weather/normalisation';
import { TASKS, type Task } from '../weather/task';
import type { Window } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { relativeError, sampleValues, withDevice } from '../webgpu/testing';
import { normsOfGpus } from './gpu_norms.fixture';
import { channelWeights, trainingTerms } from './loss_weights';
import { type Loss, lossFromSums, RolloutLoss } from './rollout_loss';

interface Case {
  task: Task;
  latitudes: number[];
  longitudes: number;
  model: Partial<ModelConfig>;
  steps: number;
  batch: number;
}

const withPoles = (spacing: number) => Array.from({ length: 180 / spacing + 1 }, (_, i) => -90 + i * spacing);
const withoutPoles = (spacing: number) =>
  Array.from({ length: 180 / spacing }, (_, i) => -90 + (i + 0.5) * spacing);

const surfaceTask: Task = {
  inputVariables: [
    '10m_u_component_of_wind',
    'my_own_field',
    'land_sea_mask',
    'toa_incident_solar_radiation',
  ],
  targetVariables: ['10m_u_component_of_wind', 'my_own_field'],
  forcingVariables: ['toa_incident_solar_radiation'],
  pressureLevels: [],
  inputDuration: '12h',
};

const CASES: Record<string, Case> = {
  '37 levels, batch of 2': {
    task: TASKS.TASK,
    latitudes: withPoles(30),
    longitudes: 12,
    model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 2 },
    steps: 1,
    batch: 2,
  },
  'precipitation as output only, no poles, latent 48, 2 steps, empty mesh nodes': {
    task: TASKS.TASK_13_PRECIP_OUT,
    latitudes: withoutPoles(30),
    longitudes: 12,
    model: { mesh_size: 2, latent_size: 48, gnn_msg_steps: 1 },
    steps: 2,
    batch: 1,
  },
  'no levels, latent 6, two hidden layers, M0, batch of 2, 3 steps': {
    task: surfaceTask,
    latitudes: withPoles(15),
    longitudes: 24,
    model: { mesh_size: 0, latent_size: 6, gnn_msg_steps: 3, hidden_layers: 2 },
    steps: 3,
    batch: 2,
  },
  'mesh2grid factor, M3': {
    task: surfaceTask,
    latitudes: withPoles(10),
    longitudes: 36,
    model: {
      mesh_size: 3,
      latent_size: 12,
      gnn_msg_steps: 2,
      mesh2grid_edge_normalization_factor: 0.6180338738074472,
    },
    steps: 1,
    batch: 1,
  },
};

const config = (model: Partial<ModelConfig>): ModelConfig => ({
  resolution: 0,
  mesh_size: 1,
  latent_size: 8,
  gnn_msg_steps: 1,
  hidden_layers: 1,
  radius_query_fraction_edge_length: 0.6,
  ...model,
});

const hashed = (text: string) => sampleValues(text, 1)[0];
/** Different, well-conditioned statistics for every variable and level. */
const statistics = {
  mean: (v: string, level: number | null) => 0.3 * hashed(`mean ${v} ${level}`),
  stddev: (v: string, level: number | null) => 1 + 0.3 * hashed(`stddev ${v} ${level}`),
  diffsStddev: (v: string, level: number | null) => 0.5 + 0.2 * hashed(`diffs ${v} ${level}`),
};

function setUp(test: Case) {
  const latitudes = Float32Array.from(test.latitudes);
  const longitudes = Float32Array.from({ length: test.longitudes }, (_, i) => (360 / test.longitudes) * i);
  const model = config(test.model);
  const channels = channelLayout(test.task);
  const graph = buildGraph({
    latitudes,
    longitudes,
    meshSize: model.mesh_size,
    radiusQueryFractionEdgeLength: model.radius_query_fraction_edge_length,
    mesh2gridEdgeNormalizationFactor: model.mesh2grid_edge_normalization_factor,
  });
  const nodes = graph.gridNodes;
  const frames = 2 + test.steps;
  const windows = Array.from(
    { length: test.batch },
    (_, b): Window => ({
      initialTime: 0,
      state: sampleValues(`state ${b}`, frames * channels.state.length * nodes),
      forcings: sampleValues(`forcings ${b}`, frames * channels.forcings.length * nodes),
      statics: sampleValues('statics', channels.statics.length * nodes),
    }),
  );
  const arrays = parameterArrays(model, channels.inputs.length, channels.state.length);
  const parameters = initialiseParameters(arrays, 1);
  // Biases, scales and offsets away from their initial values, so that their gradients are tested for real.
  for (const { name, shape } of arrays) {
    if (shape.length === 1) {
      const values = parameters.get(name)!;
      sampleValues(name, values.length, 0.2).forEach((v, i) => {
        values[i] += v;
      });
    }
  }
  const options: ModelOptions = {
    config: model,
    channels,
    graph,
    normalisation: normalisation(channels, statistics),
    training: trainingTerms(graph, channels, test.steps > 1),
  };
  const shapes = new Map(arrays.map(({ name, shape }) => [name, { shape, data: parameters.get(name)! }]));
  return { options, parameters, shapes, windows };
}

/** A model that takes `count` windows at once. */
function takingAtOnce(options: ModelOptions, count: number): ModelOptions {
  const { graph, training } = options;
  return {
    ...options,
    graph: graphSideBySide(graph, count),
    training: training && { ...training, area: repeated(training.area, count) },
  };
}

/** @param atOnce windows that go through the network together */
async function onGpu(gpu: Gpu, test: Case, extra: Partial<ModelOptions> = {}, atOnce = 1) {
  const { options, parameters, windows } = setUp(test);
  const model = await Model.create(gpu, { ...takingAtOnce(options, atOnce), ...extra });
  try {
    model.plan.poison();
    model.writeParameters(parameters);
    const losses = new RolloutLoss(model, new Executor(gpu), test.steps);
    const terms = (test.steps * test.batch) / atOnce;
    await losses.begin(terms);
    for (let i = 0; i < windows.length; i += atOnce) {
      const together = windowsSideBySide(windows.slice(i, i + atOnce), options.graph.gridNodes);
      await losses.add(together, test.steps, true);
    }
    const sums = await model.memory.read(model.sums);
    const { channels } = options;
    const weights = channelWeights(channels);
    return {
      ...lossFromSums(sums, channels, weights, model.gridNodes, terms),
      gradients: await model.readGradients(),
    };
  } finally {
    model.destroy();
  }
}

/** Loss and gradients of the float64 network. */
function ofReference(test: Case) {
  const { options, shapes, windows } = setUp(test);
  const { graph, channels: layout, normalisation } = options;
  const reference = { parameters: referenceParameters(shapes), graph, layout, normalisation };
  const { backward, ...found } = referenceLoss(reference, windows, test.steps);
  backward();
  const gradients = new Map([...reference.parameters].map(([name, { gradient }]) => [name, gradient]));
  return { ...found, gradients };
}

function expectSameLoss(
  found: Pick<Loss, 'loss' | 'lossByVariable'>,
  want: Pick<Loss, 'loss' | 'lossByVariable'>,
): void {
  expect(Math.abs(found.loss / want.loss - 1)).toBeLessThan(1e-5);
  for (const [name, value] of Object.entries(want.lossByVariable)) {
    expect(Math.abs(found.lossByVariable[name] / value - 1), name).toBeLessThan(1e-5);
  }
}

function expectSameGradients(
  found: Map<string, Float32Array>,
  want: Map<string, ArrayLike<number>>,
  tolerance: number,
) {
  const norm = (v: ArrayLike<number>) => Math.sqrt(Array.from(v).reduce((s, x) => s + x * x, 0));
  const largest = Math.max(...[...want.values()].map(norm));
  for (const [name, gradient] of want) {
    const difference = norm(Array.from(gradient, (v, i) => v - found.get(name)![i]));
    // Arrays whose gradient vanishes next to the others' are held to the rounding of the whole.
    expect(difference, name).toBeLessThanOrEqual(tolerance * Math.max(norm(gradient), 1e-3 * largest));
  }
}

/** Norm of the difference of all gradients together, relative to the norm of `want`. */
function relativeDistance(found: Map<string, ArrayLike<number>>, want: Map<string, ArrayLike<number>>) {
  let [distance, size] = [0, 0];
  for (const [name, gradient] of want) {
    const other = found.get(name)!;
    for (let i = 0; i < gradient.length; i++) {
      distance += (gradient[i] - other[i]) ** 2;
      size += gradient[i] ** 2;
    }
  }
  return Math.sqrt(distance / size);
}

describe.each(Object.entries(CASES))('%s', (_, test) => {
  it('has the loss, gradients and forecast of the float64 network', () =>
    withDevice(async ({ gpu }) => {
      const { options, windows, parameters } = setUp(test);
      const { gradients, ...want } = ofReference(test);
      const found = await onGpu(gpu, test);
      expectSameLoss(found, want);
      expectSameGradients(found.gradients, gradients, 1e-4);

      // Every activation that is stored loses up to 2⁻⁸ of itself (see bfloat16.test.ts). A layer norm over as few
      // numbers as here divides some rows by little and so multiplies that: single arrays get more room than the whole.
      const packed = await onGpu(gpu, test, { activations: 'bfloat16' });
      expect(Math.abs(packed.loss / want.loss - 1)).toBeLessThan(1e-3);
      expectSameGradients(packed.gradients, gradients, 0.1);
      expect(relativeDistance(packed.gradients, gradients)).toBeLessThan(0.02);

      const { training: _, ...inference } = options;
      const model = await Model.create(gpu, inference);
      model.plan.poison();
      model.writeParameters(parameters);
      const frame = options.channels.state.length * options.graph.gridNodes;
      for await (const { step, state } of rollout(model, new Executor(gpu), windows[0], test.steps)) {
        const predicted = want.predictions[0].subarray((step - 1) * frame, step * frame);
        expect(relativeError(state, predicted)).toBeLessThan(1e-5);
      }
      model.destroy();
    }));
});

describe('windows side by side', () => {
  const test: Case = { ...CASES['mesh2grid factor, M3'], steps: 2, batch: 6 };

  it('have the mean loss and gradient of the float64 network, however many are taken at once', () =>
    withDevice(async ({ gpu }) => {
      const { gradients, ...want } = ofReference(test);
      for (const atOnce of [2, 3, 6]) {
        const found = await onGpu(gpu, test, {}, atOnce);
        expectSameLoss(found, want);
        expectSameGradients(found.gradients, gradients, 1e-4);
      }
    }));

  it('are forecast as each is alone', () =>
    withDevice(async ({ gpu }) => {
      const { options, windows, parameters } = setUp(test);
      const { training: _, ...inference } = options;
      const nodes = options.graph.gridNodes;
      const forecast = async (atOnce: number, window: Window) => {
        const model = await Model.create(gpu, takingAtOnce(inference, atOnce));
        model.plan.poison();
        model.writeParameters(parameters);
        let last = new Float32Array();
        for await (const { state } of rollout(model, new Executor(gpu), window, test.steps))
          last = state.slice();
        model.destroy();
        return planesApart(last, nodes, atOnce);
      };
      const together = await forecast(3, windowsSideBySide(windows.slice(0, 3), nodes));
      for (const [i, found] of together.entries()) {
        const [alone] = await forecast(1, windows[i]);
        expect(relativeError(found, alone)).toBeLessThan(1e-6);
      }
      expect(relativeError(together[0], together[1])).toBeGreaterThan(0.01);
    }));
});

/** A way to do the same work. */
interface Way {
  extra: Partial<ModelOptions>;
  maxBinding?: number;
  /** Rows are normalised as on a GPU, in one way as in the other. */
  asOnGpus?: boolean;
  /** The bits stay. */
  exact: boolean;
}

describe.each(['float32', 'bfloat16'] as const)('%s, however the work is cut', (activations) => {
  const test: Case = {
    ...CASES['mesh2grid factor, M3'],
    model: { ...CASES['mesh2grid factor, M3'].model, gnn_msg_steps: 5 },
    steps: 2,
  };
  const ways: Record<string, Way> = {
    'again in the same way': { extra: {}, exact: true },
    'recomputing each processor step': { extra: { policy: { segment: 1 } }, exact: true },
    'recomputing every 2 processor steps': { extra: { policy: { segment: 2 } }, exact: true },
    'recomputing nodes': { extra: { policy: { keepNodes: false } }, exact: true },
    'recomputing all that can be': {
      extra: { policy: { keepMessages: false, keepNodes: false, keepSteps: false, segment: 2 } },
      exact: true,
    },
    'recomputing messages': { extra: { policy: { keepMessages: false } }, exact: true },
    'recomputing all that can be, with kernels of GPUs': {
      extra: { policy: { keepMessages: false, keepNodes: false, keepSteps: false, segment: 2 } },
      asOnGpus: true,
      exact: true,
    },
    'small blocks of edges': { extra: { blockBytes: 72 * 1024, policy: { segment: 2 } }, exact: false },
    'small bindings': { extra: {}, maxBinding: 72 * 1024, exact: false },
  };

  it.each(Object.keys(ways))('%s, the loss and the gradients stay', (name) =>
    withDevice(async ({ gpu }) => {
      const { extra, maxBinding, asOnGpus, exact } = ways[name];
      const variant = asOnGpus ? normsOfGpus(gpu) : undefined;
      const plain = await onGpu(gpu, test, { activations, variant });
      const cutGpu = { ...gpu, maxBinding: maxBinding ?? gpu.maxBinding };
      const cut = await onGpu(cutGpu, test, { ...extra, activations, variant });
      if (exact) {
        expect(cut.loss).toBe(plain.loss);
        expect([...cut.gradients]).toEqual([...plain.gradients]);
      } else {
        expect(Math.abs(cut.loss / plain.loss - 1)).toBeLessThan(1e-6);
        // Where sums come in another order, numbers at the edge of a rounding step fall to its other side.
        expectSameGradients(cut.gradients, plain.gradients, activations === 'float32' ? 1e-5 : 1e-3);
      }
    }),
  );
});
