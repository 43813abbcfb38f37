import type { KernelVariants } from '../../shaders/variant_table';
import { DeviceError } from '../errors';
import type { GraphCastGraph } from '../mesh/graph';
import type { ChannelLayout } from '../weather/channels';
import type { Normalisation } from '../weather/normalisation';
import { formatBytes } from '../webgpu/bytes_in_words';
import type { Gpu } from '../webgpu/device';
import { Memory } from '../webgpu/memory';
import { type Plan, PlanBuilder, type Ready, readyClear, readyCopy } from '../webgpu/plan';
import { slotBytes } from '../webgpu/slots';
import { type ElementType, matrix, type Tensor } from '../webgpu/tensor';
import type { VariantChooser } from '../webgpu/variant_choice';
import { type ModelConfig, validateModelConfig } from './config';
import { createNorms, type ProcessorNorms } from './inspection';
import { takeVariants } from './kernel_variants';
import { recordPrograms, type Taps } from './model_programs';
import { createTensors, type ModelTensors, type PlaneRange, part } from './model_tensors';
import { type GraphTensors, uploadGraph } from './network';
import { ParameterLayout } from './packing';
import { parameterArrays } from './parameters';
import { firstThatFits, recomputePolicies } from './recompute_policies';
import type { RecomputePolicy, Recorder } from './recorder';

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
  /** How activations are stored, float32 by default; sums, parameters, frames and the loss are float32 in any case. */
  activations?: ElementType;
  /** What to keep for the backward pass; by default what `memoryBudget` allows. */
  policy?: Partial<RecomputePolicy>;
  /** Bytes of edge latents, as float32, that one block should take; by default 32 MiB, and never more than a binding. */
  blockBytes?: number;
  /**
   * Most bytes the model may take. What is recomputed follows from it; when even the smallest plan takes more, the
   * model is refused before anything large is allocated. Absent: 2 GiB for what a step needs, but never refused.
   */
  memoryBudget?: number;
  /** Bytes of the budget that the caller itself takes beside the model, for an optimiser say; 0 when left out. */
  bytesBeside?: number;
  /** Also write norms of the processor's messages, latents and gradients as it runs, to be read with `readNorms`. */
  inspected?: boolean;
  /** Of the matrix kernels: one for all, by shape, or chosen once it is known what runs; by default the adapter's. */
  variant?: KernelVariants | VariantChooser;
}

/** Edge latents of one block: enough rows to keep a GPU busy, little enough that a dozen of them do not count. */
const BLOCK_BYTES = 32 * 2 ** 20;

/** Memory that embeddings of mesh nodes and edges may take to be computed once for a whole forecast. */
const CONSTANT_BYTES = 512 * 2 ** 20;

/** Transient memory that a plan may take before it computes things twice rather than keep them. */
const PLAN_BYTES = 2 * 2 ** 30;

/**
 * GraphCast on a GPU: parameters, graph, and plans for one 6 h step. Frames are planes [channels, grid nodes] in
 * physical units, as the reference's rollout state is; the network sees them normalised.
 *
 * Programs: `embed` (once after parameters have changed; empty where `forward` does it), `forward` (planes to normalised
 * output), `advance` (output to the next frame), and with training terms `loss` (adds the weighted squared error of every channel to `sums`) and `backward`.
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
  /** Of an inspected model. */
  readonly norms: ProcessorNorms | undefined;
  /** Of the matrix kernels. */
  readonly variants: KernelVariants;
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
    norms: ProcessorNorms | undefined;
    variants: KernelVariants;
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
    this.norms = init.norms;
    this.variants = init.variants;
    this.tensors = tensors;
  }

  /**
   * Uploads graph and constants, records and builds the plans.
   * @throws ConfigError for an impossible configuration, DeviceError when the adapter cannot hold it
   */
  static async create(gpu: Gpu, options: ModelOptions): Promise<Model> {
    const memory = new Memory(gpu);
    try {
      const { plan, taps, norms, layout, tensors } = layOut(gpu, memory, options);
      const forwardFlops = plan.flops('forward');
      const variants = await takeVariants(gpu, plan, options.variant);
      const built = await plan.build(gpu, memory);
      return new Model({
        gpu,
        memory,
        plan: built,
        layout,
        options,
        tensors,
        forwardFlops,
        taps,
        norms,
        variants,
      });
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

  /** Adds to the loss's gradient one of the predicted frame [state channels, grid nodes], per physical unit. */
  writeFrameGradient(gradient: Float32Array): void {
    this.memory.write(this.withStateGradients().dFrame, gradient);
  }

  /** Gradients of the two input frames after a backward pass, [state channels, grid nodes], per physical unit. */
  async readStateGradients(): Promise<{ previous: Float32Array; last: Float32Array }> {
    const { dPrevious, dLast } = this.withStateGradients();
    return { previous: await this.memory.read(dPrevious), last: await this.memory.read(dLast) };
  }

  /** Before the backward pass of a rollout's last step: no later step wants anything of its frames. */
  clearStateGradients(): Ready[] {
    const { dFrame, dLast, dPrevious } = this.tensors;
    return [dFrame, dLast, dPrevious].flatMap((t) => (t ? [readyClear(this.memory, t)] : []));
  }

  /** Between the backward passes of step t + 1 and step t: input frames of t + 1 are the output and input of t. */
  shiftStateGradients(): Ready[] {
    const { dFrame, dLast, dPrevious } = this.withStateGradients();
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

  private withStateGradients(): { dFrame: Tensor; dLast: Tensor; dPrevious: Tensor } {
    const { dFrame, dLast, dPrevious } = this.tensors;
    if (!dFrame || !dLast || !dPrevious) throw new Error('this model was built without state gradients');
    return { dFrame, dLast, dPrevious };
  }

  private writePlanes(range: PlaneRange, values: Float32Array): void {
    this.memory.write(part(this.tensors.planes, range), values);
  }
}

/** Where embeddings that never change are kept during a forecast; undefined when they take too much memory. */
function constants(
  memory: Memory,
  graph: GraphCastGraph,
  latent: number,
  activations: ElementType,
): Recorder['constant'] {
  const edges = graph.grid2mesh.senders.length + graph.mesh.senders.length + graph.mesh2grid.senders.length;
  if (matrix('all', graph.meshNodes + edges, latent, activations).bytes > CONSTANT_BYTES) return undefined;
  return (name, rows) => {
    const tensor = matrix(name, rows, latent, activations);
    memory.add(tensor);
    return tensor;
  };
}

/** A model's tensors and programs, with persistent memory allocated and everything else only recorded. */
export interface ModelLayout {
  layout: ParameterLayout;
  tensors: ModelTensors;
  plan: PlanBuilder;
  taps: Taps;
  /** Of an inspected model. */
  norms?: ProcessorNorms;
  policy: RecomputePolicy;
  /** Bytes of the transient tensors. */
  transientBytes: number;
}

/**
 * Uploads what never changes and records the programs.
 * @throws ConfigError for an impossible configuration, DeviceError when the model does not fit the budget
 */
export function layOut(gpu: Gpu, memory: Memory, options: ModelOptions): ModelLayout {
  const { config, channels, graph, activations = 'float32', memoryBudget: budget, bytesBeside = 0 } = options;
  validateModelConfig(config);
  const arrays = parameterArrays(config, channels.inputs.length, channels.state.length);
  const layout = new ParameterLayout(arrays, config.latent_size);
  const tensors = createTensors(memory, options, layout);
  const blockBytes = Math.min(options.blockBytes ?? BLOCK_BYTES, gpu.maxBinding);
  const graphTensors = uploadGraph(memory, graph, config.latent_size, blockBytes, gpu.maxBinding);
  const norms = options.inspected ? createNorms(memory, graphTensors.mesh, config.gnn_msg_steps) : undefined;
  const constant = options.training ? undefined : constants(memory, graph, config.latent_size, activations);
  const left = budget === undefined ? PLAN_BYTES : budget - bytesBeside - memory.bytes;
  const recording = recordWithin(left, gpu, options, layout, tensors, graphTensors, { constant, norms });
  const transientBytes = slotBytes(recording.plan.slots());
  if (budget !== undefined && transientBytes > left) {
    throw new DeviceError(
      `The model needs ${formatBytes(bytesBeside + memory.bytes + transientBytes)}, ${formatBytes(budget)} are allowed: allow more, or choose a smaller preset, a coarser grid or fewer variables and levels.`,
    );
  }
  return { layout, tensors, norms, transientBytes, ...recording };
}

type Recording = Pick<ModelLayout, 'plan' | 'taps' | 'policy'>;

/** The recording that computes least twice of those whose transient memory fits `budget` bytes; else the smallest. */
function recordWithin(
  budget: number,
  gpu: Gpu,
  options: ModelOptions,
  layout: ParameterLayout,
  tensors: ModelTensors,
  graph: GraphTensors,
  beside: Pick<Recorder, 'constant' | 'norms'>,
): Recording {
  const { config } = options;
  const record = (candidate: RecomputePolicy): Recording => {
    const plan = new PlanBuilder(gpu.maxBinding);
    const net = {
      plan,
      layout,
      parameters: tensors.parameters,
      gradients: tensors.gradients,
      ...beside,
      latent: config.latent_size,
      hiddenLayers: config.hidden_layers,
      activations: options.activations ?? 'float32',
    };
    const policy = { ...candidate, ...options.policy };
    const taps = recordPrograms(net, options, tensors, graph, policy);
    return { plan, taps, policy };
  };
  const policies = recomputePolicies(config.gnn_msg_steps);
  return firstThatFits(
    options.training ? policies : policies.slice(0, 1),
    record,
    // The first is found out at once, the second takes longer.
    ({ plan }) => plan.leastBytes() <= budget && slotBytes(plan.slots()) <= budget,
  );
}
