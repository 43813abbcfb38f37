import type { ChannelLayout } from '../weather/channels';
import type { Memory } from '../webgpu/memory';
import { list, matrix, type Tensor } from '../webgpu/tensor';
import type { ModelOptions } from './model';
import type { ParameterLayout } from './packing';

/** Numbers per frame at a place of the input planes. */
export interface PlaneRange {
  start: number;
  length: number;
}

const NO_CHANNEL = 0xffffffff;

/** The persistent tensors of a model. Frames are planes [channels, grid nodes] in physical units. */
export interface ModelTensors {
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
export function part(tensor: Tensor, { start, length }: PlaneRange): Tensor {
  const bytes = length * 4;
  return {
    name: tensor.name,
    element: tensor.element,
    rows: length,
    width: 1,
    stride: 1,
    offset: start * 4,
    bytes,
    owner: tensor.owner,
  };
}

/** Allocates a model's persistent tensors and uploads what never changes. */
export function createTensors(
  memory: Memory,
  options: Pick<ModelOptions, 'channels' | 'graph' | 'normalisation' | 'training'>,
  layout: ParameterLayout,
): ModelTensors {
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
