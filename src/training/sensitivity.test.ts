/** The adjoint of a forecast against the float64 reference and against differences of forecasts. */
import { expect, test } from 'vitest';
import { rollout } from '../forecast/rollout';
import { type GoldenSet, goldenSet } from '../graphcast/golden.fixture';
import { referenceParameters } from '../graphcast/layers.reference';
import { referenceSensitivity } from '../graphcast/loss.reference';
import { Model } from '../graphcast/model';
import type { Window } from '../weather/windows';
import { Executor } from '../webgpu/execute';
import { relativeError, sampleValues, withDevice } from '../webgpu/testing';
import { trainingTerms } from './loss_weights';
import { RolloutLoss } from './rollout_loss';
import { type Sensitivity, sensitivity, withoutTargets } from './sensitivity';

interface Run {
  golden: GoldenSet;
  model: Model;
  executor: Executor;
  /** As a forecast reads it: the two input frames alone. */
  window: Window;
  /** Sensitivity of one value of the frame predicted after `steps`. */
  of(channel: number, node: number, steps: number): Promise<Sensitivity>;
}

async function withTiny(test: (run: Run) => Promise<void>): Promise<void> {
  const golden = await goldenSet('tiny');
  await withDevice(async ({ gpu }) => {
    const { checkpoint, graph, layout } = golden;
    const model = await Model.create(gpu, {
      config: checkpoint.modelConfig,
      channels: layout,
      graph,
      normalisation: golden.normalisation,
      training: trainingTerms(graph, layout, true),
    });
    try {
      model.plan.poison();
      model.writeParameters(new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data])));
      const executor = new Executor(gpu);
      const losses = new RolloutLoss(model, executor, 3);
      const whole = await golden.window(3);
      const window = { ...whole, state: whole.state.slice(0, 2 * layout.state.length * graph.gridNodes) };
      const of = (channel: number, node: number, steps: number) =>
        sensitivity(model, losses, window, steps, oneHot(golden, channel, node));
      await test({ golden, model, executor, window, of });
    } finally {
      model.destroy();
    }
  });
}

function oneHot({ layout, graph }: GoldenSet, channel: number, node: number): Float32Array {
  const weights = new Float32Array(layout.state.length * graph.gridNodes);
  weights[channel * graph.gridNodes + node] = 1;
  return weights;
}

const channelOf = ({ layout }: GoldenSet, variable: string, level: number | null) =>
  layout.state.findIndex((c) => c.variable === variable && c.level === level);

test.each([1, 3])('equals the float64 reference, %i steps', (steps) =>
  withTiny(async ({ golden, window, of }) => {
    const { checkpoint, graph, layout, normalisation } = golden;
    const [channel, node] = [channelOf(golden, '2m_temperature', null), Math.floor(graph.gridNodes / 3)];
    const found = await of(channel, node, steps);
    const reference = {
      parameters: referenceParameters(checkpoint.parameters),
      graph,
      layout,
      normalisation,
    };
    const seed = Float64Array.from(oneHot(golden, channel, node));
    const expected = referenceSensitivity(reference, withoutTargets(window, steps), steps, seed);
    for (const frame of ['previous', 'last'] as const) {
      expect(expected[frame].some((value) => value !== 0)).toBe(true);
      // Per channel, as their units differ by orders of magnitude.
      for (const [c] of layout.state.entries()) {
        const plane = (values: Float32Array | Float64Array) =>
          values.slice(c * graph.gridNodes, (c + 1) * graph.gridNodes);
        expect(relativeError(plane(found[frame]), plane(expected[frame])), `${frame} ${c}`).toBeLessThan(
          1e-3,
        );
      }
    }
  }),
);

test('predicts how the forecast changes when the initial state does', () =>
  withTiny(async ({ golden, model, executor, window, of }) => {
    const { graph, layout, normalisation } = golden;
    const [channel, node, steps] = [channelOf(golden, 'temperature', 850), 100, 2];
    const at = channel * graph.gridNodes + node;
    const value = async (sign: number, change: Float32Array) => {
      const state = window.state.map((number, i) => number + sign * change[i]);
      for await (const frame of rollout(model, executor, { ...window, state }, steps)) {
        if (frame.step === steps) return frame.state[at];
      }
      throw new Error('the forecast ended early');
    };
    // A hundredth of every field's standard deviation, at random: far above float32 rounding, still nearly linear.
    const deviation = layout.state.map((_, c) => {
      const input = layout.inputs.findIndex(({ source, plane }) => source === 'state' && plane === c);
      return input < 0 ? 0 : normalisation.inputScale[input];
    });
    const change = sampleValues('change', window.state.length).map(
      (number, i) => 0.01 * number * deviation[Math.floor(i / graph.gridNodes) % deviation.length],
    );
    const { previous, last } = await of(channel, node, steps);
    const half = change.length / 2;
    let predicted = 0;
    for (let i = 0; i < half; i++) predicted += previous[i] * change[i] + last[i] * change[half + i];
    const measured = ((await value(1, change)) - (await value(-1, change))) / 2;
    expect(Math.abs(measured)).toBeGreaterThan(1e-3);
    expect(Math.abs(predicted / measured - 1)).toBeLessThan(0.02);
  }));
