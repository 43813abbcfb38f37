import type { PlanBuilder } from '../webgpu/plan';
import { type ElementType, rowBytes, rowsOf, type Tensor } from '../webgpu/tensor';
import type { ProcessorNorms } from './inspection';
import type { ParameterLayout } from './packing';

/** What the parts of the network record into. */
export interface Recorder {
  plan: PlanBuilder;
  layout: ParameterLayout;
  /** Flat buffers in `layout`'s order. */
  parameters: Tensor;
  /** Absent when the plan is for inference: then nothing is kept for a backward pass. */
  gradients?: Tensor;
  /**
   * Gives memory that outlives the plan to what depends on parameters and graph alone, and so is computed once, by
   * the program `embed`. Absent where it is computed in every forward pass.
   */
  constant?: (name: string, rows: number) => Tensor;
  /** Where norms are written while the processor runs; only in a model that was built to be inspected. */
  norms?: ProcessorNorms;
  latent: number;
  hiddenLayers: number;
  /** How activations and their gradients are stored; see {@link activation}. */
  activations: ElementType;
}

/** What is kept for the backward pass; what is not is recorded, and computed, once more. */
export interface RecomputePolicy {
  /** The encoder's and the decoder's messages (else block by block again), and the mesh edges' embedding. */
  keepMessages: boolean;
  /** The insides of the networks that embed and update nodes in encoder and decoder. */
  keepNodes: boolean;
  /** The insides of the processor's steps in the segment at hand. */
  keepSteps: boolean;
  /** Processor steps between two kept states; at least `gnn_msg_steps` keeps the state before every step. */
  segment: number;
}

/**
 * A matrix [rows, width] of the network, a latent's width if none is given, that is written once: stored as
 * `net.activations` says. What does not come from here stays float32: the network's input and output, statistics,
 * everything about parameters, and {@link gradientSum}.
 */
export function activation(net: Recorder, name: string, rows: number, width = net.latent): Tensor {
  return net.plan.transient(name, rows, width, net.activations);
}

/** A gradient [rows, latent] that several dispatches add to: always float32, as every addition would round it. */
export function gradientSum(net: Recorder, name: string, rows: number): Tensor {
  return net.plan.transient(name, rows, net.latent);
}

/** A parameter array as one matrix; arrays that act on concatenated inputs have several sections. */
export function weights(net: Recorder, name: string, section = 0): Tensor {
  return net.layout.sections(net.parameters, name)[section];
}

/** Where the gradient of {@link weights} is summed. */
export function gradientOf(net: Recorder, name: string, section = 0): Tensor {
  if (!net.gradients) throw new Error(`${name}: this plan has no gradients`);
  return net.layout.sections(net.gradients, name)[section];
}

/**
 * Records row-wise work in windows of rows that fit a binding. `record` gets a function that cuts a tensor to the
 * window; tensors it is not called with are seen whole.
 * @param tensors the widest of the tensors that will be cut
 * @param flops operations of the work per row
 */
export function overRows(
  net: Recorder,
  rows: number,
  tensors: (Tensor | undefined)[],
  flops: number,
  record: (cut: <T extends Tensor | undefined>(tensor: T) => T) => void,
): void {
  const widest = Math.max(...tensors.map((t) => (t ? rowBytes(t) : 0)));
  net.plan.overRows(rows, widest, flops, (start, count) => {
    record((tensor) => (tensor ? rowsOf(tensor, start, count) : tensor) as typeof tensor);
  });
}
