import { fieldId } from '../forecast/field_names';
import type { Model } from '../graphcast/model';
import type { ChannelLayout } from '../weather/channels';
import type { Window } from '../weather/windows';
import type { Executor } from '../webgpu/execute';
import { readyClear } from '../webgpu/plan';
import { list, type Tensor } from '../webgpu/tensor';
import type { ChannelWeights } from './loss_weights';

/** A loss (spec 8) and its unweighted parts. */
export interface Loss {
  loss: number;
  lossByVariable: Record<string, number>;
  /** What each variable and level adds to its variable's: 'geopotential 500', '2m_temperature'. */
  lossByField: Record<string, number>;
}

/**
 * The loss of autoregressive rollouts and its gradient through all their steps (spec 9).
 *
 * Only the frames of each lead time are kept; the backward pass of a step first runs that step's forward pass again,
 * except for the last step, whose activations are still there.
 */
export class RolloutLoss {
  private readonly model: Model;
  private readonly executor: Executor;
  /** Input frames of every step: the two given ones, then predictions. */
  private readonly frames: Tensor[];

  /** @param mostSteps autoregressive steps to make room for; more than one needs a model with state gradients */
  constructor(model: Model, executor: Executor, mostSteps: number) {
    this.model = model;
    this.executor = executor;
    const length = model.channels.state.length * model.gridNodes;
    this.frames =
      mostSteps > 1 ? Array.from({ length: mostSteps + 1 }, (_, i) => list(`frame ${i}`, length)) : [];
    model.memory.add(...this.frames);
  }

  /** Clears loss sums and gradients: the start of a batch of `terms` losses (windows x autoregressive steps). */
  async begin(terms: number): Promise<void> {
    const { model } = this;
    model.writeLossScale(1 / terms);
    const cleared = model.gradients ? [model.sums, model.gradients] : [model.sums];
    await this.executor.run(cleared.map((tensor) => readyClear(model.memory, tensor)));
  }

  /**
   * Adds one window's loss terms to the sums and, `withGradients`, their gradients to the gradients.
   * @param options `frameGradient`: joins the loss's gradient at the last predicted frame; `onPass`: called before each
   *   forward or backward pass, 3 x steps - 1 with gradients, and may throw to end the work
   */
  async add(
    window: Window,
    steps: number,
    withGradients: boolean,
    options: { frameGradient?: Float32Array; onPass?: () => void } = {},
  ): Promise<void> {
    const { frameGradient, onPass } = options;
    const { model, executor } = this;
    const { plan } = model;
    const frame = (i: number) => window.state.subarray(i * this.frameLength, (i + 1) * this.frameLength);
    model.writeStatics(window.statics);
    model.writeState('previous', frame(0));
    model.writeState('last', frame(1));
    if (steps > 1) {
      model.memory.write(this.frames[0], frame(0));
      model.memory.write(this.frames[1], frame(1));
    }
    for (let step = 0; step < steps; step++) {
      onPass?.();
      if (step > 0) await this.load(step);
      this.writeStep(window, step);
      const advance = step < steps - 1 ? [...plan.program('advance'), ...this.store(step)] : [];
      await executor.run([...plan.program('forward'), ...plan.program('loss'), ...advance]);
    }
    if (!withGradients) return;
    await executor.run(model.clearStateGradients());
    if (frameGradient) model.writeFrameGradient(frameGradient);
    for (let step = steps - 1; step >= 0; step--) {
      onPass?.();
      if (step < steps - 1) {
        await this.load(step);
        this.writeStep(window, step);
        await executor.run([...model.shiftStateGradients(), ...plan.program('forward')]);
        onPass?.();
      }
      await executor.run(plan.program('backward'));
    }
  }

  private get frameLength(): number {
    return this.model.channels.state.length * this.model.gridNodes;
  }

  private writeStep(window: Window, step: number): void {
    const { model } = this;
    const forcings = model.channels.forcings.length * model.gridNodes;
    model.writeForcings(window.forcings.subarray(step * forcings, (step + 3) * forcings));
    model.writeTarget(window.state.subarray((step + 2) * this.frameLength, (step + 3) * this.frameLength));
  }

  private load(step: number): Promise<void> {
    return this.executor.run(this.model.loadState(this.frames[step], this.frames[step + 1]));
  }

  private store(step: number) {
    return [this.model.storeFrame(this.frames[step + 2])];
  }
}

/**
 * The loss from the summed area-weighted squared errors of each channel.
 * @param sums [state channels], over grid nodes and `terms` windows x steps
 */
export function lossFromSums(
  sums: Float32Array,
  channels: ChannelLayout,
  weights: ChannelWeights,
  gridNodes: number,
  terms: number,
): Loss {
  let loss = 0;
  const lossByVariable: Record<string, number> = {};
  const lossByField: Record<string, number> = {};
  channels.state.forEach((channel, c) => {
    const { variable } = channel;
    const error = sums[c] / (gridNodes * terms);
    const share = weights.unweighted[c] * error;
    loss += weights.weighted[c] * error;
    lossByVariable[variable] = (lossByVariable[variable] ?? 0) + share;
    lossByField[fieldId(channel)] = share;
  });
  return { loss, lossByVariable, lossByField };
}
