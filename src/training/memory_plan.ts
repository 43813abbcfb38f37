import { DeviceError } from '../errors';
import type { ModelConfig } from '../graphcast/config';
import { modelGraph } from '../graphcast/create_model';
import { layOut, type ModelOptions } from '../graphcast/model';
import { ParameterLayout } from '../graphcast/packing';
import { parameterArrays } from '../graphcast/parameters';
import { recomputePolicies } from '../graphcast/recompute_policies';
import type { RecomputePolicy } from '../graphcast/recorder';
import { graphSideBySide, repeated } from '../graphcast/side_by_side';
import { type ChannelLayout, channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Task } from '../weather/task';
import { formatBytes } from '../webgpu/bytes_in_words';
import type { Gpu } from '../webgpu/device';
import { Memory } from '../webgpu/memory';
import { type AdapterLimits, paperGpu } from '../webgpu/paper_gpu';
import type { ElementType } from '../webgpu/tensor';
import { trainingTerms } from './loss_weights';

/**
 * What training takes beyond the model itself: AdamW's moments, the parameters' moving average where one is kept, and
 * the frames of each lead time.
 */
export function trainerBytes(
  model: ModelConfig,
  channels: ChannelLayout,
  gridNodes: number,
  arSteps: number,
  averaged = false,
) {
  const arrays = parameterArrays(model, channels.inputs.length, channels.state.length);
  const { length } = new ParameterLayout(arrays, model.latent_size);
  const frames = arSteps > 1 ? arSteps + 1 : 0;
  return { moments: (averaged ? 3 : 2) * length * 4, frames: frames * channels.state.length * gridNodes * 4 };
}

export interface MemoryPlan {
  /** What takes how many bytes. */
  parts: Record<string, number>;
  total: number;
  /** What is kept for the backward pass; absent for a forecast. */
  policy?: RecomputePolicy;
  /** With which budget, bytes, the most is computed twice: less is refused. Absent for a forecast. */
  smallest?: number;
  /** Floating-point operations of one forward pass's matrix products. */
  forwardFlops: number;
  /** The widest range that one binding must show, and the largest buffer, bytes. */
  widestBinding: number;
  largestBuffer: number;
}

export interface MemoryRequest {
  model: ModelConfig;
  task: Task;
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>;
  /** 0: a forecast. */
  arSteps: number;
  /** Windows that go through the network together; 1 when left out. */
  windows?: number;
  /** How activations are stored, float32 by default. */
  activations?: ElementType;
  /** A moving average of the parameters is kept. */
  averaged?: boolean;
  /** Bytes for everything together; absent: keep what 2 GiB hold. */
  budget?: number;
  limits: AdapterLimits;
}

/**
 * What a model takes on a GPU, before anything is allocated: the very tensors and programs that would be built.
 * @throws ConfigError for an impossible configuration, DeviceError when it does not fit the budget
 */
export function planMemory(request: MemoryRequest): MemoryPlan {
  const { model: config, task, grid, arSteps, windows = 1, activations, averaged, budget } = request;
  const channels = channelLayout(task);
  const graph = graphSideBySide(modelGraph(config, grid), windows);
  const terms = arSteps > 0 ? trainingTerms(grid, channels, arSteps > 1) : undefined;
  const training = terms && { ...terms, area: repeated(terms.area, windows) };
  const beside = training
    ? trainerBytes(config, channels, graph.gridNodes, arSteps, averaged)
    : { moments: 0, frames: 0 };
  const zeros = (length: number) => new Float32Array(length);
  const [inputs, state] = [channels.inputs.length, channels.state.length];
  const normalisation = {
    inputMean: zeros(inputs),
    inputScale: zeros(inputs),
    targetMean: zeros(state),
    targetScale: zeros(state),
    missing: [],
  };
  const gpu = paperGpu(request.limits);
  const bytesBeside = beside.moments + beside.frames;
  const options = { config, channels, graph, normalisation, training, activations };
  const smallest = training && smallestBudget(gpu, options) + bytesBeside;
  if (budget !== undefined && smallest !== undefined && budget < smallest) {
    throw new DeviceError(
      `Training needs at least ${formatBytes(smallest)} in all, ${formatBytes(budget)} are allowed: allow more, store activations as bfloat16, or choose a smaller preset, a coarser grid or fewer variables and levels.`,
    );
  }
  const memory = new Memory(gpu);
  const { plan, policy, layout, transientBytes } = layOut(gpu, memory, {
    ...options,
    memoryBudget: budget,
    bytesBeside,
  });
  const parameters = layout.length * 4;
  const gradients = training ? parameters : 0;
  const parts = {
    parameters,
    ...(training && { gradients, moments: beside.moments }),
    ...(arSteps > 1 && { 'frames of lead times': beside.frames }),
    'graph, frames and constants': memory.bytes - parameters - gradients,
    'activations of a step': transientBytes,
  };
  return {
    parts,
    total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
    policy: training && policy,
    smallest,
    forwardFlops: plan.flops('forward'),
    widestBinding: plan.widestBinding(),
    largestBuffer: Math.max(memory.largest, ...plan.slots().map(({ bytes }) => bytes)),
  };
}

/** Bytes of a model to be trained that keeps as little as it can. */
function smallestBudget(gpu: Gpu, options: ModelOptions): number {
  const memory = new Memory(gpu);
  const policy = recomputePolicies(options.config.gnn_msg_steps).at(-1);
  const { transientBytes } = layOut(gpu, memory, { ...options, policy });
  return memory.bytes + transientBytes;
}

/** A plan, or why there can be none. */
export type MemoryOutcome = MemoryPlan | { refused: string };

/**
 * {@link planMemory}, for a comparison in which one model that does not fit is an answer.
 * @throws ConfigError for an impossible configuration
 */
export function memoryOutcome(request: MemoryRequest): MemoryOutcome {
  try {
    return planMemory(request);
  } catch (error) {
    if (error instanceof DeviceError) return { refused: error.message };
    throw error;
  }
}
