import type { Model } from '../graphcast/model';
import type { Window } from '../weather/windows';
import type { RolloutLoss } from './rollout_loss';

/** Gradients with respect to the input frames at −6 h and 0 h, [state channels, grid nodes], per physical unit. */
export interface Sensitivity {
  previous: Float32Array;
  last: Float32Array;
}

/**
 * The gradient of one forecast number, or of a weighted sum of them, with respect to the initial state: the adjoint of
 * a forecast of `steps` steps, by the backward pass of the loss's rollout (spec 9) without the loss.
 *
 * @param model with state gradients; what its parameters' gradients hold afterwards means nothing
 * @param losses of this model, with room for `steps`
 * @param window as `WindowReader.readInitial` gives
 * @param weights of the numbers of the frame predicted after `steps` [state channels, grid nodes]
 * @param onPass called before each of 3 x steps - 1 passes through the network; what it throws ends the work
 * @throws DeviceError when the device is lost
 */
export async function sensitivity(
  model: Model,
  losses: RolloutLoss,
  window: Window,
  steps: number,
  weights: Float32Array,
  onPass?: () => void,
): Promise<Sensitivity> {
  model.writeLossScale(0);
  await losses.add(withoutTargets(window, steps), steps, true, { frameGradient: weights, onPass });
  return model.readStateGradients();
}

/** A window whose target frames hold zeros, for a rollout whose loss does not count: the data may end before them. */
export function withoutTargets(window: Window, steps: number): Window {
  const frame = window.state.length / 2;
  const state = new Float32Array((2 + steps) * frame);
  state.set(window.state);
  return { ...window, state };
}
