import { reducePartials } from '../../shaders/reduce_partials/reduce_partials';
import { stackChannels, stackChannelsBackward } from '../../shaders/stack_channels/stack_channels';
import { unstackOutputs, unstackOutputsBackward } from '../../shaders/unstack_outputs/unstack_outputs';
import {
  errorChunks,
  weightedSquaredError,
  weightedSquaredErrorBackward,
} from '../../shaders/weighted_squared_error/weighted_squared_error';
import type { Tensor } from '../webgpu/tensor';
import type { ModelOptions } from './model';
import type { ModelTensors } from './model_tensors';
import { type GraphTensors, recordNetwork, recordNetworkBackward } from './network';
import { NODE_FEATURES } from './parameters';
import type { RecomputePolicy, Recorder } from './recorder';

/** Tensors inside the network, each [nodes, channels]. */
export interface Taps {
  /** Normalised input channels, then the structural features. */
  input: Tensor;
  gridAfterEncoder: Tensor;
  meshAfterEncoder: Tensor;
  meshAfterProcessor: Tensor;
  /** Normalised output. */
  output: Tensor;
}

/**
 * Records one 6 h step: `forward` (planes to normalised output), `advance` (output to the next frame), and for
 * training `loss` and `backward`.
 */
export function recordPrograms(
  net: Recorder,
  options: Pick<ModelOptions, 'config' | 'channels' | 'graph' | 'training'>,
  t: ModelTensors,
  graph: GraphTensors,
  policy: RecomputePolicy,
): Taps {
  const { plan } = net;
  const { config, channels, training } = options;
  const grid = options.graph.gridNodes;
  const inputs = channels.inputs.length;
  const outputs = channels.state.length;

  plan.program('embed');
  plan.program('forward');
  const x = plan.transient('network input', grid, inputs + NODE_FEATURES);
  const { planes, inputPlane: plane, inputMean: mean, inputScale: scale } = t;
  plan.add(stackChannels({ x, planes, plane, mean, scale, structural: graph.gridFeatures }));
  const { y, tape, latents } = recordNetwork(net, config, graph, x, outputs, policy);
  const taps = {
    input: x,
    gridAfterEncoder: latents.grid,
    meshAfterEncoder: latents.mesh,
    meshAfterProcessor: latents.processed,
    output: y,
  };

  const target = { last: t.last, scale: t.targetScale, mean: t.targetMean, residual: t.residual };
  if (training) {
    plan.program('loss');
    const partial = plan.transient('squared error partial', errorChunks(grid), outputs);
    plan.add(weightedSquaredError({ partial, y, target: t.target, ...target, area: t.area }));
    plan.add(reducePartials({ into: t.sums, partial, column: 0 }));
  }
  plan.program('advance');
  plan.add(unstackOutputs({ frame: t.frame, y, ...target }));
  if (!training) return taps;

  plan.program('backward');
  const dy = plan.transient('output gradient', grid, outputs);
  const { dFrame, dLast, dPrevious, area, factor } = t;
  plan.add(weightedSquaredErrorBackward({ dy, dLast, y, target: t.target, ...target, area, factor }));
  if (!dFrame || !dLast || !dPrevious) {
    recordNetworkBackward(net, tape, dy);
    return taps;
  }
  plan.add(unstackOutputsBackward({ dy, dLast, dFrame, scale: t.targetScale, residual: t.residual }));
  const dx = plan.transient('network input gradient', grid, inputs + NODE_FEATURES);
  recordNetworkBackward(net, tape, dy, dx);
  plan.add(stackChannelsBackward({ dPlanes: dPrevious, dx, channel: t.previousChannel, scale }));
  plan.add(stackChannelsBackward({ dPlanes: dLast, dx, channel: t.lastChannel, scale }));
  return taps;
}
