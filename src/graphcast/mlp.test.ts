import { expect, it } from 'vitest';
import { Executor } from '../webgpu/execute';
import { PlanBuilder } from '../webgpu/plan';
import { list, matrix, type Tensor } from '../webgpu/tensor';
import { relativeError, sampleValues, type TestBench, withDevice } from '../webgpu/testing';
import { mlp, referenceParameters } from './layers.reference';
import { recordMlp, recordMlpBackward, recordNorm, recordNormBackward } from './mlp';
import { ParameterLayout } from './packing';
import type { ParameterArray } from './parameters';
import { activation, type Recorder } from './recorder';

const ROWS = 300;
const [WIDTH, LATENT] = [7, 10];
const PATH = 'net/encoder_nodes_grid_nodes';
const ARRAYS: ParameterArray[] = [
  { name: `${PATH}_mlp/~/linear_0:w`, shape: [WIDTH, LATENT] },
  { name: `${PATH}_mlp/~/linear_0:b`, shape: [LATENT] },
  { name: `${PATH}_mlp/~/linear_1:w`, shape: [LATENT, LATENT] },
  { name: `${PATH}_mlp/~/linear_1:b`, shape: [LATENT] },
  { name: `${PATH}_layer_norm:scale`, shape: [LATENT] },
  { name: `${PATH}_layer_norm:offset`, shape: [LATENT] },
];
const parameters = new Map(
  ARRAYS.map(({ name, shape }) => [
    name,
    sampleValues(
      name,
      shape.reduce((a, b) => a * b),
    ),
  ]),
);
const xValues = sampleValues('x', ROWS * WIDTH);
const dyValues = sampleValues('dy', ROWS * LATENT);

async function onGpu({ gpu, memory: newMemory }: TestBench, maxBinding: number) {
  const layout = new ParameterLayout(ARRAYS, LATENT);
  const [flat, gradients] = [list('parameters', layout.length), list('gradients', layout.length)];
  const x = matrix('x', ROWS, WIDTH);
  const dx = matrix('dx', ROWS, WIDTH);
  const y = matrix('y', ROWS, LATENT);
  const dy = matrix('dy', ROWS, LATENT);
  const memory = newMemory();
  memory.add(flat, gradients, x, dx, y, dy);
  memory.write(flat, layout.pack(parameters));
  memory.write(x, xValues);
  memory.write(dy, dyValues);
  const plan = new PlanBuilder(maxBinding);
  const net: Recorder = {
    plan,
    layout,
    parameters: flat,
    gradients,
    latent: LATENT,
    hiddenLayers: 1,
    activations: 'float32',
  };
  plan.program('all');
  const tape = recordMlp(net, PATH, { terms: [{ x, section: 0 }] }, activation(net, 'output', ROWS));
  const norm = recordNorm(net, PATH, tape.y, { y });
  const dOutput = recordNormBackward(net, norm, { dy });
  recordMlpBackward(net, tape, dOutput, [{ dx, accumulate: false }]);
  const dispatches = plan.programs.get('all')!.length;
  const built = await plan.build(gpu, memory);
  built.poison();
  await new Executor(gpu).run(built.program('all'));
  const read = (tensor: Tensor) => memory.read(tensor);
  const result = {
    y: await read(y),
    dx: await read(dx),
    gradients: layout.unpack(await read(gradients)),
    dispatches,
  };
  built.destroy();
  return result;
}

it('an MLP with layer norm, forward and backward, is the float64 one, whole or in windows of rows', () =>
  withDevice(async (bench) => {
    const shapes = ARRAYS.map(({ name, shape }): [string, { shape: number[]; data: Float32Array }] => [
      name,
      { shape, data: parameters.get(name)! },
    ]);
    const want = referenceParameters(shapes);
    const normed = mlp(want, PATH, Float64Array.from(xValues));
    const dx = normed.backward(Float64Array.from(dyValues));
    const whole = await onGpu(bench, bench.gpu.maxBinding);
    const windowed = await onGpu(bench, 64 * 12 * 4);
    expect(windowed.dispatches).toBeGreaterThan(3 * whole.dispatches);
    for (const found of [whole, windowed]) {
      expect(relativeError(found.y, normed.output)).toBeLessThan(1e-5);
      expect(relativeError(found.dx, dx)).toBeLessThan(1e-5);
      for (const [name, { gradient }] of want) {
        expect(relativeError(found.gradients.get(name)!, gradient), name).toBeLessThan(1e-5);
      }
    }
  }));
