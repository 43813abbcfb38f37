/**
 * GraphCast's training loss in float64: normalisation and residual targets (spec 7), the weighted squared error
 * (spec 8), and the autoregressive rollout with the gradient through all of its steps (spec 9).
 */
import { DatasetError } from '../errors';
import type { GraphCastGraph } from '../mesh/graph';
import type { ChannelLayout, InputChannel } from '../weather/channels';
import type { Normalisation } from '../weather/normalisation';
import type { Window } from '../weather/windows';
import type { Parameters } from './layers.reference';
import { type NetworkResult, network } from './network.reference';

export interface ReferenceModel {
  parameters: Parameters;
  graph: GraphCastGraph;
  layout: ChannelLayout;
  normalisation: Normalisation;
  /** Of variables in the loss; those not named weigh as in GraphCast. */
  variableWeights?: Record<string, number>;
}

export interface ReferenceLoss {
  /** Mean over batch and steps of Σᵥ wᵥ ℓᵥ. */
  loss: number;
  /** ℓᵥ, not weighted by variable. */
  lossByVariable: Record<string, number>;
  /** Per batch element: [steps, state channels, grid nodes], physical units. */
  predictions: Float64Array[];
  /** Per batch element and step. */
  steps: StepResult[][];
  /** Adds the loss's gradient to `gradient` of every parameter. */
  backward: () => void;
}

export interface StepResult extends NetworkResult {
  /** Normalised input channels without structural features, [grid nodes, input channels]. */
  channels: Float64Array;
}

/** GraphCast's wᵥ that differ from 1 (spec 8). */
const VARIABLE_WEIGHTS: Record<string, number> = {
  '10m_u_component_of_wind': 0.1,
  '10m_v_component_of_wind': 0.1,
  mean_sea_level_pressure: 0.1,
  total_precipitation_6hr: 0.1,
};

/** The loss of a batch of windows with `steps` target frames each, feeding predictions back. */
export function referenceLoss(model: ReferenceModel, windows: Window[], steps: number): ReferenceLoss {
  const share = 1 / (windows.length * steps);
  const factors = channelFactors(model);
  const lossByVariable = Object.fromEntries(model.layout.state.map(({ variable }) => [variable, 0]));
  let loss = 0;
  const rollouts = windows.map((window) => rollout(model, window, steps));
  for (const [b, { frames }] of rollouts.entries()) {
    for (let step = 0; step < steps; step++) {
      const errors = squaredErrors(model, windows[b], frames, step + 2);
      for (const [c, { variable }] of model.layout.state.entries()) {
        lossByVariable[variable] += share * factors[c].unweighted * errors[c];
        loss += share * factors[c].weighted * errors[c];
      }
    }
  }
  return {
    loss,
    lossByVariable,
    predictions: rollouts.map(({ frames }) => joined(frames.slice(2))),
    steps: rollouts.map((trajectory) => trajectory.steps),
    backward: () => {
      for (const [b, trajectory] of rollouts.entries()) {
        const weights = factors.map(({ weighted }) => share * weighted);
        rolloutBackward(model, windows[b], trajectory, weights);
      }
    },
  };
}

/**
 * Gradient of Σ dFrame · (frame predicted after `steps`) with respect to the window's two input frames, all
 * [state channels, grid nodes] in physical units.
 */
export function referenceSensitivity(
  model: ReferenceModel,
  window: Window,
  steps: number,
  dFrame: Float64Array,
): { previous: Float64Array; last: Float64Array } {
  const withoutLoss = model.layout.state.map(() => 0);
  const [previous, last] = rolloutBackward(model, window, rollout(model, window, steps), withoutLoss, dFrame);
  return { previous, last };
}

interface Rollout {
  /** Physical units, [state channels, grid nodes] each: −6 h, 0 h, then the predictions. */
  frames: Float64Array[];
  steps: StepResult[];
}

function rollout(model: ReferenceModel, window: Window, steps: number): Rollout {
  const { layout, graph, normalisation } = model;
  const nodes = graph.gridNodes;
  const frames = [0, 1].map((frame) => Float64Array.from(trueFrame(model, window, frame)));
  const results: StepResult[] = [];
  for (let step = 0; step < steps; step++) {
    const channels = inputChannels(model, window, frames, step);
    const result = network(model.parameters, graph, channels);
    const newest = frames[step + 1];
    const prediction = new Float64Array(newest.length);
    for (let c = 0; c < layout.state.length; c++) {
      for (let g = 0; g < nodes; g++) {
        const at = c * nodes + g;
        const base = layout.residual[c] ? newest[at] : normalisation.targetMean[c];
        prediction[at] = base + result.output[g * layout.state.length + c] * normalisation.targetScale[c];
      }
    }
    frames.push(prediction);
    results.push({ ...result, channels });
  }
  return { frames, steps: results };
}

/**
 * Sends the gradient back from the last step to the first; `weights` holds the loss's factor per channel, `dLast` joins
 * the loss's gradient at the last predicted frame.
 * @returns gradients of all frames
 */
function rolloutBackward(
  { layout, graph, normalisation }: ReferenceModel,
  window: Window,
  { frames, steps }: Rollout,
  weights: number[],
  dLast?: Float64Array,
): Float64Array[] {
  const nodes = graph.gridNodes;
  const channels = layout.state.length;
  const area = areaWeights(graph);
  const dFrames = frames.map((frame) => new Float64Array(frame.length));
  if (dLast) dFrames[dFrames.length - 1].set(dLast);
  for (let step = steps.length - 1; step >= 0; step--) {
    const target = step + 2;
    const dPrediction = dFrames[target]; // holds what later steps sent back already
    const dOutput = new Float64Array(nodes * channels);
    for (let c = 0; c < channels; c++) {
      const scale = normalisation.targetScale[c];
      for (let g = 0; g < nodes; g++) {
        const at = c * nodes + g;
        const error = (frames[target][at] - window.state[target * channels * nodes + at]) / scale;
        dPrediction[at] += (weights[c] * area[g] * 2 * error) / (nodes * scale);
        dOutput[g * channels + c] = dPrediction[at] * scale;
        if (layout.residual[c]) dFrames[step + 1][at] += dPrediction[at];
      }
    }
    const dChannels = steps[step].backward(dOutput);
    for (const [i, input] of layout.inputs.entries()) {
      if (input.source !== 'state') continue;
      const dFrame = dFrames[frameIndex(input, step)];
      for (let g = 0; g < nodes; g++) {
        dFrame[input.plane * nodes + g] +=
          dChannels[g * layout.inputs.length + i] / normalisation.inputScale[i];
      }
    }
  }
  return dFrames;
}

/** Normalised inputs of a step, [grid nodes, input channels]. */
function inputChannels(model: ReferenceModel, window: Window, frames: Float64Array[], step: number) {
  const { layout, graph, normalisation } = model;
  const nodes = graph.gridNodes;
  const channels = new Float64Array(nodes * layout.inputs.length);
  for (const [i, input] of layout.inputs.entries()) {
    const field = inputField(input, window, frames, step, layout, nodes);
    for (let g = 0; g < nodes; g++) {
      const normalised = (field[g] - normalisation.inputMean[i]) / normalisation.inputScale[i];
      channels[g * layout.inputs.length + i] = normalised;
    }
  }
  return channels;
}

function inputField(
  input: InputChannel,
  window: Window,
  frames: Float64Array[],
  step: number,
  layout: ChannelLayout,
  nodes: number,
): Float64Array | Float32Array {
  const frame = frameIndex(input, step);
  const start = input.plane * nodes;
  if (input.source === 'state') return frames[frame].subarray(start, start + nodes);
  if (input.source === 'static') return window.statics.subarray(start, start + nodes);
  const first = frame * layout.forcings.length * nodes + start;
  return window.forcings.subarray(first, first + nodes);
}

/** Index of an input's frame within the window, whose frame 1 is the newest input of step 0. */
function frameIndex(input: InputChannel, step: number): number {
  return step + 1 + input.frame;
}

/**
 * Per channel: mean over the globe of a(lat) ((prediction − target) / targetScale)², which is the squared error of
 * the normalised values, since both have the same base and mean subtracted.
 */
function squaredErrors(
  model: ReferenceModel,
  window: Window,
  frames: Float64Array[],
  frame: number,
): number[] {
  const { layout, graph, normalisation } = model;
  const nodes = graph.gridNodes;
  const area = areaWeights(graph);
  const truth = trueFrame(model, window, frame);
  return layout.state.map((_, c) => {
    let sum = 0;
    for (let g = 0; g < nodes; g++) {
      const at = c * nodes + g;
      sum += area[g] * ((frames[frame][at] - truth[at]) / normalisation.targetScale[c]) ** 2;
    }
    return sum / nodes;
  });
}

function trueFrame({ layout, graph }: ReferenceModel, window: Window, frame: number): Float32Array {
  const size = layout.state.length * graph.gridNodes;
  return window.state.subarray(frame * size, (frame + 1) * size);
}

/** s(level) / levels, and wᵥ times it: what a channel's squared error counts in ℓᵥ and in the loss (spec 8). */
function channelFactors({ layout, variableWeights }: ReferenceModel) {
  const weights = { ...VARIABLE_WEIGHTS, ...variableWeights };
  return layout.state.map(({ variable, level }) => {
    const levels = layout.state.flatMap((other) => (other.variable === variable ? [other.level ?? 1] : []));
    const meanLevel = levels.reduce((sum, value) => sum + value, 0) / levels.length;
    const unweighted = (level ?? 1) / meanLevel / levels.length;
    return { unweighted, weighted: (weights[variable] ?? 1) * unweighted };
  });
}

/** a(lat) of every grid node: the area its row stands for, with mean 1 over the rows (spec 8). */
function areaWeights({ latitudes, longitudes }: GraphCastGraph): Float64Array {
  const degree = Math.PI / 180;
  const spacing = (latitudes[latitudes.length - 1] - latitudes[0]) / (latitudes.length - 1);
  const isPole = (latitude: number) => Math.abs(Math.abs(latitude) - 90) < 1e-3;
  const hasPoles = latitudes.some(isPole);
  if (!hasPoles && Math.abs(90 - Math.abs(latitudes[0]) - spacing / 2) > 1e-3) {
    throw new DatasetError('the grid must contain the poles, or start half a spacing away from them');
  }
  const rows = Array.from(latitudes, (latitude) => {
    if (!hasPoles) return Math.cos(latitude * degree);
    if (isPole(latitude)) return Math.sin((spacing * degree) / 4) ** 2;
    return Math.cos(latitude * degree) * Math.sin((spacing * degree) / 2);
  });
  const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
  return Float64Array.from(rows.flatMap((row) => Array<number>(longitudes.length).fill(row / mean)));
}

function joined(frames: Float64Array[]): Float64Array {
  const result = new Float64Array(frames.length * frames[0].length);
  for (const [i, frame] of frames.entries()) result.set(frame, i * frame.length);
  return result;
}
