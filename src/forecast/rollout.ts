import type { Model } from '../graphcast/model';
import { FRAME_SECONDS } from '../weather/window_index';
import type { Window } from '../weather/windows';
import type { Executor } from '../webgpu/execute';
import { ReadbackRing } from '../webgpu/readback';

/** One forecast frame. */
export interface ForecastFrame {
  /** 1, 2, … */
  step: number;
  leadHours: number;
  /** Seconds since 1970-01-01 UTC. */
  validTime: number;
  /** [state channels, grid nodes], physical units. */
  state: Float32Array;
}

/**
 * Runs a forecast step by step (spec 9): each predicted frame becomes the newest input of the next step. Frames come
 * back while the next one is computed. Leaving the loop early ends the forecast.
 *
 * @param window two input frames and forcings for `steps` more times, as `WindowReader.readInitial` gives
 * @throws DeviceError when the device is lost
 */
export async function* rollout(
  model: Model,
  executor: Executor,
  window: Window,
  steps: number,
): AsyncGenerator<ForecastFrame> {
  const { plan, channels, gridNodes } = model;
  const frame = channels.state.length * gridNodes;
  const forcings = channels.forcings.length * gridNodes;
  const ring = new ReadbackRing(model.gpu, model.memory, model.frame, 2);
  try {
    model.writeStatics(window.statics);
    model.writeState('previous', window.state.subarray(0, frame));
    model.writeState('last', window.state.subarray(frame, 2 * frame));
    await executor.run(plan.program('embed'));
    let pending: (() => Promise<ForecastFrame>) | undefined;
    for (let step = 1; step <= steps; step++) {
      model.writeForcings(window.forcings.subarray((step - 1) * forcings, (step + 2) * forcings));
      await executor.run([...plan.program('forward'), ...plan.program('advance')]);
      const { value } = await ring.capture();
      await executor.run(model.shiftState());
      if (pending) yield await pending();
      pending = async () => ({
        step,
        leadHours: (step * FRAME_SECONDS) / 3600,
        validTime: window.initialTime + step * FRAME_SECONDS,
        state: await value,
      });
    }
    if (pending) yield await pending();
  } finally {
    await executor.finish().catch(() => undefined); // a lost device has been reported above
    ring.destroy();
  }
}
