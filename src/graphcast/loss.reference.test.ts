import { describe, expect, it } from 'vitest';
import { buildGraph } from '../mesh/graph';
import { channelLayout } from '../weather/channels';
import { randomStream } from '../weather/random';
import type { Task } from '../weather/task';
import type { Window } from '../weather/windows';
import { type ModelConfig, PRESETS } from './config';
import { type GoldenName, type GoldenSet, goldenSet } from './golden.fixture';
import { referenceParameters } from './layers.reference';
import { type ReferenceLoss, type ReferenceModel, referenceLoss } from './loss.reference';
import { elementCount, isDead, parameterArrays } from './parameters';

/** Agreement wanted of float64 with the reference's float32. */
const ACTIVATION_TOLERANCE = 1e-5; // of the array's largest magnitude
const GRADIENT_TOLERANCE = 1e-4; // of the array's norm

type Values = ArrayLike<number>;

function expected(golden: GoldenSet, key: string): Float32Array {
  const array = golden.expected.get(key);
  if (!(array?.data instanceof Float32Array)) throw new Error(`expected.npz has no float32 array ${key}`);
  return array.data;
}

/** Largest difference, as a share of the expected array's largest magnitude. */
function deviation(actual: Values, wanted: Float32Array): number {
  expect(actual.length).toBe(wanted.length);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - wanted[i]));
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return difference / largest;
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Norm of the difference, as a share of the expected array's norm. */
function normDeviation(actual: Values, wanted: Float32Array): number {
  expect(actual.length).toBe(wanted.length);
  let [difference, norm] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference += (actual[i] - wanted[i]) ** 2;
    norm += wanted[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** Channels of one variable out of [steps, state channels, grid nodes], in the reference's order. */
function predictionOf(golden: GoldenSet, { predictions }: ReferenceLoss, variable: string): Float64Array {
  const nodes = golden.graph.gridNodes;
  const channels = golden.layout.state.length;
  const planes = Array.from({ length: predictions[0].length / nodes }, (_, p) => p).filter(
    (p) => golden.layout.state[p % channels].variable === variable,
  );
  const values = new Float64Array(planes.length * nodes);
  for (const [i, p] of planes.entries())
    values.set(predictions[0].subarray(p * nodes, (p + 1) * nodes), i * nodes);
  return values;
}

const sets: [GoldenName, number[]][] = [
  ['tiny', [1, 3]],
  ['task13', [1, 2]],
];

describe.each(sets)('float64 network on the golden set %s', (name, stepCounts) => {
  const opened = goldenSet(name);

  it.each(stepCounts)('has the measured values and gradients over %i steps', async (steps) => {
    const golden = await opened;
    const model: ReferenceModel = {
      ...golden,
      parameters: referenceParameters(golden.checkpoint.parameters),
    };
    const result = referenceLoss(model, [await golden.window(steps)], steps);
    result.backward();

    if (steps === 1) checkActivations(golden, result);
    const measured = (key: string) => expected(golden, `steps${steps}:${key}`);
    const count = (kind: string) =>
      [...golden.expected.keys()].filter((key) => key.startsWith(`steps${steps}:${kind}:`)).length;

    expect(deviation([result.loss], measured('loss'))).toBeLessThan(ACTIVATION_TOLERANCE);
    const losses = Object.entries(result.lossByVariable);
    expect(losses).toHaveLength(count('loss_by_variable'));
    for (const [variable, loss] of losses) {
      const prediction = predictionOf(golden, result, variable);
      const lossDeviation = deviation([loss], measured(`loss_by_variable:${variable}`));
      expect(lossDeviation, variable).toBeLessThan(ACTIVATION_TOLERANCE);
      expect(deviation(prediction, measured(`prediction:${variable}`)), variable).toBeLessThan(
        ACTIVATION_TOLERANCE,
      );
    }

    expect(model.parameters.size).toBe(count('gradient'));
    for (const [parameter, { gradient }] of model.parameters) {
      if (isDead(parameter)) expect(gradient.every((value) => value === 0)).toBe(true);
      else {
        const gradientDeviation = normDeviation(gradient, measured(`gradient:${parameter}`));
        expect(gradientDeviation, parameter).toBeLessThan(GRADIENT_TOLERANCE);
      }
    }
  });
});

function checkActivations(golden: GoldenSet, { steps: [[result]] }: ReferenceLoss): void {
  const activations = {
    grid_node_features: result.channels,
    latent_mesh_after_encoder: result.latentMeshAfterEncoder,
    latent_grid_after_encoder: result.latentGridAfterEncoder,
    latent_mesh_after_processor: result.latentMeshAfterProcessor,
    grid_output: result.output,
  };
  for (const [key, values] of Object.entries(activations)) {
    expect(deviation(values, expected(golden, `internals:${key}`)), key).toBeLessThan(ACTIVATION_TOLERANCE);
  }
}

describe('gradient of the float64 loss', () => {
  // Two hidden layers, batch 2, two steps, a grid without poles, an empty mesh node or more, and a target that is
  // not an input: what the golden sets do not have.
  const task: Task = {
    inputVariables: ['2m_temperature', 'temperature', 'day_progress_sin', 'land_sea_mask'],
    targetVariables: ['temperature', '2m_temperature', 'total_precipitation_6hr'],
    forcingVariables: ['day_progress_sin'],
    pressureLevels: [500, 850],
    inputDuration: '12h',
  };
  const config: ModelConfig = {
    ...PRESETS.tiny.model,
    mesh_size: 0,
    latent_size: 6,
    gnn_msg_steps: 2,
    hidden_layers: 2,
    radius_query_fraction_edge_length: 0.25,
  };
  const steps = 2;
  const layout = channelLayout(task);
  const random = randomStream(0, 'test');
  const values = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const positive = (count: number) => values(count).map((value) => value + 1);
  const graph = buildGraph({
    latitudes: Float32Array.of(-67.5, -22.5, 22.5, 67.5),
    longitudes: Float32Array.from({ length: 8 }, (_, i) => 45 * i),
    meshSize: config.mesh_size,
    radiusQueryFractionEdgeLength: config.radius_query_fraction_edge_length,
  });
  const window = (): Window => ({
    initialTime: 0,
    state: values((2 + steps) * layout.state.length * graph.gridNodes),
    forcings: values((2 + steps) * layout.forcings.length * graph.gridNodes),
    statics: values(layout.statics.length * graph.gridNodes),
  });
  const windows = [window(), window()];
  const arrays = parameterArrays(config, layout.inputs.length, layout.state.length);
  const model: ReferenceModel = {
    parameters: referenceParameters(
      arrays.map(({ name, shape }) => [
        name,
        { shape, data: values(elementCount(shape)).map((value) => 3 * value) },
      ]),
    ),
    graph,
    layout,
    normalisation: {
      inputMean: values(layout.inputs.length),
      inputScale: positive(layout.inputs.length),
      targetMean: values(layout.state.length),
      targetScale: positive(layout.state.length),
      missing: [],
    },
    variableWeights: { '2m_temperature': 3 },
  };

  it('is the slope of the loss along a random direction, for every array', () => {
    expect(new Set(graph.grid2mesh.receivers).size).toBeLessThan(graph.meshNodes);
    referenceLoss(model, windows, steps).backward();
    const step = 1e-5;
    for (const [name, { value, gradient }] of model.parameters) {
      const direction = values(value.length);
      const lossAt = (distance: number) => {
        const original = value.slice();
        for (let i = 0; i < value.length; i++) value[i] += distance * direction[i];
        const { loss } = referenceLoss(model, windows, steps);
        value.set(original);
        return loss;
      };
      const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
      const predicted = gradient.reduce((sum, g, i) => sum + g * direction[i], 0);
      if (isDead(name)) expect(slope).toBe(0);
      else expect(Math.abs(slope - predicted), name).toBeLessThan(1e-5 * norm(gradient));
    }
  });

  it('is the mean over a batch', () => {
    const batch = referenceLoss(model, windows, steps);
    const single = windows.map((window) => referenceLoss(model, [window], steps));
    expect(batch.loss).toBeCloseTo((single[0].loss + single[1].loss) / 2, 12);
    expect(batch.predictions).toEqual(single.map(({ predictions }) => predictions[0]));
  });
});
