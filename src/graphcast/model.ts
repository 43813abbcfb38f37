import { defaultVariant, type LinearVariant } from '../../shaders/linear/variant';
import { reducePartials } from '../../shaders/reduce_partials/reduce_partials';
import { stackChannels, stackChannelsBackward } from '../../shaders/stack_channels/stack_channels';
import { unstackOutputs, unstackOutputsBackward } from '../../shaders/unstack_outputs/unstack_outputs';
import {
  errorChunks,
  weightedSquaredError,
  weightedSquaredErrorBackward,
} from '../../shaders/weighted_squared_error/weighted_squared_error';
import type { GraphCastGraph } from '../mesh/graph';
import type { ChannelLayout } from '../weather/channels';
import type { Normalisation } from '../weather/normalisation';
import type { Gpu } from '../webgpu/device';
import { Memory } from '../webgpu/memory';
import { type Plan, PlanBuilder, type Ready, readyClear, readyCopy } from '../webgpu/plan';
import { list, matrix, type Tensor } from '../webgpu/tensor';
import { type ModelConfig, validateModelConfig } from './config';
import { type RecomputePolicy, recordNetwork, recordNetworkBackward, uploadGraph } from './network';
import { ParameterLayout } from './packing';
import { NODE_FEATURES, parameterArrays } from './parameters';
import type { Recorder } from './recorder';

/** What a model needs to be trained, beyond what it needs to run. */
export interface TrainingTerms {
  /** Area weight of each grid node [grid nodes], mean 1. */
  area: Float32Array;
  /** Weight of each state channel's mean squared error in the loss [state channels]. */
  channelFactors: Float32Array;
  /** Whether gradients flow into the input frames, as autoregressive training needs. */
  stateGradients: boolean;
}

export interface ModelOptions {
  config: ModelConfig;
  channels: ChannelLayout;
  graph: GraphCastGraph;
  normalisation: Normalisation;
  /** Absent: the model only runs forward. */
  training?: TrainingTerms;
  policy?: Partial<RecomputePolicy>;
  /** Most bytes of edge latents in one block; by default one binding. */
  blockBytes?: number;
  /** Of the matrix kernels; by default what is good for the adapter. */
  variant?: LinearVariant;
}

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

/** Numbers per frame at a place of the input planes. */
interface PlaneRange {
  start: number;
  length: number;
}

const NO_CHANNEL = 0xffffffff;

/**
 * GraphCast on a GPU: parameters, graph, and plans for one 6 h step. Frames are planes [channels, grid nodes] in
 * physical units, as the reference's rollout state is; the network sees them normalised.
 *
 * Programs: `forward` (planes to normalised output), `advance` (output to the next frame), and with training terms
 * `loss` (adds the weighted squared error of every channel to `sums`) and `backward`.
 */
export class Model {
  readonly gpu: Gpu;
  readonly memory: Memory;
  readonly plan: Plan;
  readonly layout: ParameterLayout;
  readonly config: ModelConfig;
  readonly channels: ChannelLayout;
  readonly gridNodes: number;
  /** Flat buffers in `layout`'s order. */
  readonly parameters: Tensor;
  readonly gradients: Tensor | undefined;
  /** The frame predicted by `advance`, planes [state channels, grid nodes]. */
  readonly frame: Tensor;
  /** [1, state channels]: sums over grid nodes of area times squared error, added up by `loss`. */
  readonly sums: Tensor;
  /** Floating-point operations of one forward pass (spec 5.4, first edge layer split). */
  readonly forwardFlops: number;
  /** Where to look into the network; what a backward pass needs is still there after `forward`. */
  readonly taps: Taps;
  private readonly tensors: ModelTensors;

  private constructor(init: {
    gpu: Gpu;
    memory: Memory;
    plan: Plan;
    layout: ParameterLayout;
    options: ModelOptions;
    tensors: ModelTensors;
    forwardFlops: number;
    taps: Taps;
  }) {
    const { options, tensors } = init;
    this.gpu = init.gpu;
    this.memory = init.memory;
    this.plan = init.plan;
    this.layout = init.layout;
    this.config = options.config;
    this.channels = options.channels;
    this.gridNodes = options.graph.gridNodes;
    this.parameters = tensors.parameters;
    this.gradients = tensors.gradients;
    this.frame = tensors.frame;
    this.sums = tensors.sums;
    this.forwardFlops = init.forwardFlops;
    this.taps = init.taps;
    this.tensors = tensors;
  }

  /**
   * Uploads graph and constants, records and builds the plans.
   * @throws ConfigError for an impossible configuration, DeviceError when the adapter cannot hold it
   */
  static async create(gpu: Gpu, options: ModelOptions): Promise<Model> {
    const { config, channels, graph } = options;
    validateModelConfig(config);
    const memory = new Memory(gpu);
    try {
      const arrays = parameterArrays(config, channels.inputs.length, channels.state.length);
      const layout = new ParameterLayout(arrays, config.latent_size);
      const tensors = createTensors(memory, options, layout);
      const plan = new PlanBuilder(gpu.maxBinding);
      const blockBytes = Math.min(options.blockBytes ?? gpu.maxBinding, gpu.maxBinding);
      const graphTensors = uploadGraph(memory, graph, config.latent_size, blockBytes);
      const net: Recorder = {
        plan,
        layout,
        parameters: tensors.parameters,
        gradients: tensors.gradients,
        latent: config.latent_size,
        hiddenLayers: config.hidden_layers,
        variant: options.variant ?? defaultVariant(gpu.adapter),
      };
      const oneBlock = graphTensors.grid2mesh.blocks.length + graphTensors.mesh2grid.blocks.length === 2;
      const policy = { keepMessages: oneBlock, segment: config.gnn_msg_steps, ...options.policy };
      const taps = recordPrograms(net, options, tensors, graphTensors, policy);
      const forwardFlops = plan.flops('forward');
      const built = await plan.build(gpu, memory);
      return new Model({ gpu, memory, plan: built, layout, options, tensors, forwardFlops, taps });
    } catch (error) {
      memory.destroy();
      throw error;
    }
  }

  /** GPU memory of everything this model holds, bytes. */
  get bytes(): number {
    return this.memory.bytes + this.plan.bytes;
  }

  /** Uploads parameters by name, as a checkpoint holds them. */
  writeParameters(parameters: ReadonlyMap<string, Float32Array>): void {
    this.memory.write(this.parameters, this.layout.pack(parameters));
  }

  async readParameters(): Promise<Map<string, Float32Array>> {
    return this.layout.unpack(await this.memory.read(this.parameters));
  }

  /** Gradients by parameter name, as summed since they were last cleared. */
  async readGradients(): Promise<Map<string, Float32Array>> {
    return this.layout.unpack(await this.memory.read(this.gradients!));
  }

  /** Uploads an input frame: `previous` is -6 h, `last` is 0 h. [state channels, grid nodes] */
  writeState(which: 'previous' | 'last', frame: Float32Array): void {
    this.writePlanes(this.tensors.ranges[which], frame);
    if (which === 'last') this.memory.write(this.tensors.last, frame);
  }

  /** Uploads forcings at -6 h, 0 h and +6 h of the step about to be run: [3, forcing channels, grid nodes]. */
  writeForcings(forcings: Float32Array): void {
    this.writePlanes(this.tensors.ranges.forcings, forcings);
  }

  /** Uploads static fields [static channels, grid nodes]. */
  writeStatics(statics: Float32Array): void {
    this.writePlanes(this.tensors.ranges.statics, statics);
  }

  /** Uploads the true frame that `loss` and `backward` compare with. [state channels, grid nodes] */
  writeTarget(frame: Float32Array): void {
    this.memory.write(this.tensors.target, frame);
  }

  /** Every loss term's gradient is multiplied by `scale`: 1 / (autoregressive steps x batch size). */
  writeLossScale(scale: number): void {
    const factors = this.tensors.channelFactors;
    this.memory.write(
      this.tensors.factor,
      factors.map((factor) => factor * scale),
    );
  }

  /** Copies that make two stored frames the input frames of the next step. */
  loadState(previous: Tensor, last: Tensor): Ready[] {
    const { planes, ranges } = this.tensors;
    return [
      readyCopy(this.memory, part(planes, ranges.previous), previous),
      readyCopy(this.memory, part(planes, ranges.last), last),
      readyCopy(this.memory, this.tensors.last, last),
    ];
  }

  /** A copy of the predicted frame, for later steps. */
  storeFrame(to: Tensor): Ready {
    return readyCopy(this.memory, to, this.frame);
  }

  /** Copies that make the predicted frame the newest input frame (a forecast's step). */
  shiftState(): Ready[] {
    const { planes, ranges, last } = this.tensors;
    return [
      readyCopy(this.memory, part(planes, ranges.previous), last),
      readyCopy(this.memory, last, this.frame),
      readyCopy(this.memory, part(planes, ranges.last), this.frame),
    ];
  }

  /** Before the backward pass of a rollout's last step: no later step wants anything of its frames. */
  clearStateGradients(): Ready[] {
    const { dFrame, dLast, dPrevious } = this.tensors;
    return [dFrame, dLast, dPrevious].flatMap((t) => (t ? [readyClear(this.memory, t)] : []));
  }

  /** Between the backward passes of step t + 1 and step t: input frames of t + 1 are the output and input of t. */
  shiftStateGradients(): Ready[] {
    const { dFrame, dLast, dPrevious } = this.tensors;
    if (!dFrame || !dLast || !dPrevious) throw new Error('this model was built without state gradients');
    return [
      readyCopy(this.memory, dFrame, dLast),
      readyCopy(this.memory, dLast, dPrevious),
      readyClear(this.memory, dPrevious),
    ];
  }

  destroy(): void {
    this.plan.destroy();
    this.memory.destroy();
  }

  private writePlanes(range: PlaneRange, values: Float32Array): void {
    this.memory.write(part(this.tensors.planes, range), values);
  }
}

interface ModelTensors {
  parameters: Tensor;
  gradients?: Tensor;
  planes: Tensor;
  ranges: Record<'previous' | 'last' | 'forcings' | 'statics', PlaneRange>;
  /** The newest input frame once more: what residuals are added to. */
  last: Tensor;
  target: Tensor;
  frame: Tensor;
  sums: Tensor;
  dFrame?: Tensor;
  dLast?: Tensor;
  dPrevious?: Tensor;
  inputPlane: Tensor;
  inputMean: Tensor;
  inputScale: Tensor;
  targetMean: Tensor;
  targetScale: Tensor;
  residual: Tensor;
  area: Tensor;
  factor: Tensor;
  channelFactors: Float32Array;
  previousChannel: Tensor;
  lastChannel: Tensor;
}

/** A part of a list, for copies and uploads (not for binding: it may be misaligned). */
function part(tensor: Tensor, { start, length }: PlaneRange): Tensor {
  const bytes = length * 4;
  return {
    name: tensor.name,
    rows: length,
    width: 1,
    stride: 1,
    offset: start * 4,
    bytes,
    owner: tensor.owner,
  };
}

function createTensors(memory: Memory, options: ModelOptions, layout: ParameterLayout): ModelTensors {
  const { channels, graph, normalisation, training } = options;
  const grid = graph.gridNodes;
  const state = channels.state.length;
  const ranges = planeRanges(channels, grid);
  const { start, length } = ranges.statics;
  const frameList = (name: string) => list(name, state * grid);
  const upload = (name: string, values: Float32Array | Uint32Array) => {
    const tensor = list(name, values.length);
    memory.add(tensor);
    memory.write(tensor, values);
    return tensor;
  };
  const tensors: ModelTensors = {
    parameters: list('parameters', layout.length),
    planes: list('input planes', start + length),
    ranges,
    last: frameList('last frame'),
    target: frameList('target frame'),
    frame: frameList('predicted frame'),
    sums: matrix('squared error sums', 1, state),
    inputPlane: upload(
      'input planes of channels',
      Uint32Array.from(channels.inputs, (c) => planeOf(c, channels)),
    ),
    inputMean: upload('input means', normalisation.inputMean),
    inputScale: upload('input scales', normalisation.inputScale),
    targetMean: upload('target means', normalisation.targetMean),
    targetScale: upload('target scales', normalisation.targetScale),
    residual: upload('residual flags', Uint32Array.from(channels.residual, Number)),
    area: upload('area weights', training?.area ?? new Float32Array(grid)),
    factor: upload('loss factors', new Float32Array(state)),
    channelFactors: training?.channelFactors ?? new Float32Array(state),
    previousChannel: upload('channels of the previous frame', channelsOfFrame(channels, -1)),
    lastChannel: upload('channels of the last frame', channelsOfFrame(channels, 0)),
  };
  memory.add(tensors.parameters, tensors.planes, tensors.last, tensors.frame, tensors.sums);
  if (training) {
    tensors.gradients = list('gradients', layout.length);
    memory.add(tensors.gradients, tensors.target);
    if (training.stateGradients) {
      tensors.dFrame = frameList('gradient of the predicted frame');
      tensors.dLast = frameList('gradient of the last frame');
      tensors.dPrevious = frameList('gradient of the previous frame');
      memory.add(tensors.dFrame, tensors.dLast, tensors.dPrevious);
    }
  }
  return tensors;
}

/** Order of the input planes: state at -6 h, state at 0 h, forcings at -6 h, 0 h and +6 h, static fields. */
function planeRanges(channels: ChannelLayout, grid: number): ModelTensors['ranges'] {
  const state = channels.state.length * grid;
  const forcings = 3 * channels.forcings.length * grid;
  return {
    previous: { start: 0, length: state },
    last: { start: state, length: state },
    forcings: { start: 2 * state, length: forcings },
    statics: { start: 2 * state + forcings, length: channels.statics.length * grid },
  };
}

function planeOf(channel: ChannelLayout['inputs'][number], channels: ChannelLayout): number {
  const state = channels.state.length;
  const forcings = channels.forcings.length;
  if (channel.source === 'state') return (channel.frame + 1) * state + channel.plane;
  if (channel.source === 'forcing') return 2 * state + (channel.frame + 1) * forcings + channel.plane;
  return 2 * state + 3 * forcings + channel.plane;
}

/** Per state channel: the input channel that shows it at the given frame, or none. */
function channelsOfFrame(channels: ChannelLayout, frame: -1 | 0): Uint32Array {
  const found = new Uint32Array(channels.state.length).fill(NO_CHANNEL);
  channels.inputs.forEach((channel, i) => {
    if (channel.source === 'state' && channel.frame === frame) found[channel.plane] = i;
  });
  return found;
}

function recordPrograms(
  net: Recorder,
  options: ModelOptions,
  t: ModelTensors,
  graph: ReturnType<typeof uploadGraph>,
  policy: RecomputePolicy,
): Taps {
  const { plan } = net;
  const { config, channels, training } = options;
  const grid = options.graph.gridNodes;
  const inputs = channels.inputs.length;
  const outputs = channels.state.length;

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
