/**
 * The network with activations stored as bfloat16, against the reference.
 *
 * Tolerances: a number that is stored loses up to 2⁻⁸ = 0.4 % of itself, 0.1 % on the average. On its way to a gradient
 * a signal is stored some thirty to sixty times in the golden networks, each time with an error of its own, so that a
 * gradient may be off by about 0.1 % √60 = 0.8 % of its norm, in no particular direction; 2 % and a cosine of 0.9995
 * leave room for one unlucky array. The loss averages over all grid nodes, where these errors cancel: 0.1 %.
 *
 * Kernel variants that multiply rounded weights change little of that: f16 rounds eight times finer than bfloat16.
 */
import { describe, expect, it } from 'vitest';
import { defaultVariant, type LinearVariant, reducedOfEachShader } from '../../shaders/linear/variant';
import { shapeClass } from '../../shaders/variant_table';
import { rollout } from '../forecast/rollout';
import { type GoldenName, type GoldenSet, goldenSet } from '../graphcast/golden.fixture';
import { Model, type ModelOptions } from '../graphcast/model';
import type { NpyArray } from '../graphcast/npz';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import type { ElementType } from '../webgpu/tensor';
import { relativeError, withDevice } from '../webgpu/testing';
import type { VariantChooser } from '../webgpu/variant_choice';
import { channelWeights, trainingTerms } from './loss_weights';
import { lossFromSums, RolloutLoss } from './rollout_loss';

const numbers = (array: NpyArray | undefined) => array!.data as Float32Array;
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (values: ArrayLike<number>) => Math.sqrt(dot(values, values));
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (value, i) => value - b[i]);

function optionsOf({ checkpoint, graph, layout, normalisation }: GoldenSet, steps: number): ModelOptions {
  return {
    config: checkpoint.modelConfig,
    channels: layout,
    graph,
    normalisation,
    training: trainingTerms(graph, layout, steps > 1),
    activations: 'bfloat16',
  };
}

const parametersOf = ({ checkpoint }: GoldenSet) =>
  new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data]));

/** Takes one variant wherever it may be chosen. */
const wherePacked =
  (gpu: Gpu, variant: LinearVariant): VariantChooser =>
  async (works) => {
    const packed = works.filter(({ shape }) => shape.element === 'bfloat16');
    const classes = packed.map(({ shape }) => [shapeClass(shape), variant]);
    return { ...Object.fromEntries(classes), default: defaultVariant(gpu.adapter) };
  };

/** The default variant, and a reduced one of each shader that the adapter supports. */
const variantsOf = ({ adapter }: Gpu) => [defaultVariant(adapter), ...reducedOfEachShader(adapter)];

async function lossAndGradients(
  gpu: Gpu,
  golden: GoldenSet,
  steps: number,
  { activations = 'bfloat16', variant }: { activations?: ElementType; variant?: LinearVariant } = {},
) {
  const model = await Model.create(gpu, {
    ...optionsOf(golden, steps),
    activations,
    variant: variant && wherePacked(gpu, variant),
  });
  try {
    model.plan.poison();
    model.writeParameters(parametersOf(golden));
    const losses = new RolloutLoss(model, new Executor(gpu), steps);
    await losses.begin(steps);
    await losses.add(await golden.window(steps), steps, true);
    const sums = await model.memory.read(model.sums);
    const { layout } = golden;
    const { loss } = lossFromSums(sums, layout, channelWeights(layout), model.gridNodes, steps);
    return { loss, gradients: await model.readGradients(), bytes: model.plan.bytes };
  } finally {
    model.destroy();
  }
}

const CASES: [GoldenName, number][] = [
  ['tiny', 1],
  ['tiny', 3],
  ['task13', 1],
  ['task13', 2],
];

describe.each(CASES)('%s, %i autoregressive steps', (name, steps) => {
  it("has the reference's losses, bfloat16 and float32, and its gradients", () =>
    withDevice(async ({ gpu }) => {
      const golden = await goldenSet(name);
      for (const variant of variantsOf(gpu)) {
        const { loss, gradients } = await lossAndGradients(gpu, golden, steps, { variant });
        const of = (key: string) => numbers(golden.expected.get(`steps${steps}:${key}`));
        // The reference's own number is a bfloat16: it has 8 bits.
        expect(Math.abs(loss / of('loss_bf16')[0] - 1), variant).toBeLessThan(0.01);
        expect(Math.abs(loss / of('loss')[0] - 1), variant).toBeLessThan(1e-3);
        for (const [parameter, found] of gradients) {
          const what = `${variant}, ${parameter}`;
          const want = of(`gradient:${parameter}`);
          const [size, wanted] = [norm(found), norm(want)];
          expect(norm(difference(found, want)), what).toBeLessThanOrEqual(0.02 * wanted);
          if (wanted > 0) expect(dot(found, want) / size / wanted, what).toBeGreaterThan(0.9995);
        }
      }
    }));
});

it('forecasts what the reference predicts, to 0.5 % of the largest value', () =>
  withDevice(async ({ gpu }) => {
    const golden = await goldenSet('tiny');
    const { layout, expected } = golden;
    const { training: _, ...options } = optionsOf(golden, 1);
    const model = await Model.create(gpu, options);
    model.writeParameters(parametersOf(golden));
    for await (const { step, state } of rollout(model, new Executor(gpu), await golden.window(3), 3)) {
      for (const variable of new Set(layout.state.map((channel) => channel.variable))) {
        const planes = layout.state.flatMap((channel, c) => (channel.variable === variable ? [c] : []));
        const [first, count] = [planes[0] * model.gridNodes, planes.length * model.gridNodes];
        const want = numbers(expected.get(`steps3:prediction:${variable}`));
        const found = state.subarray(first, first + count);
        const truth = want.subarray((step - 1) * count, step * count);
        expect(relativeError(found, truth), `${variable}, step ${step}`).toBeLessThan(5e-3);
      }
    }
    model.destroy();
  }));

it('takes little more than half of the memory for activations', () =>
  withDevice(async ({ gpu }) => {
    const golden = await goldenSet('task13');
    const [packed, plain] = [
      await lossAndGradients(gpu, golden, 1),
      await lossAndGradients(gpu, golden, 1, { activations: 'float32' }),
    ];
    expect(packed.bytes / plain.bytes).toBeLessThan(0.6);
  }));
