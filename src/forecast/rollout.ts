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
 * @param yields between two frames nothing is submitted: whoever takes turns with others has the device to itself
 * @throws DeviceError when the device is lost
 */
export async function* rollout(
  model: Model,
  executor: Executor,
  window: Window,
  steps: number,
  { yields = false } = {},
): AsyncGenerator<ForecastFrame> {
  const { plan, channels, gridNodes } = model;
  const frame = channels.state.length * gridNodes;
  const forcings = channels.forcings.length * gridNodes;
  const ring = new ReadbackRing(model.gpu, model.memory, model.frame, 2);
  /** Submits a step; gives its frame, which arrives when the GPU has come so far. */
  const submit = async (step: number): Promise<{ state: Promise<Float32Array> }> => {
    model.writeForcings(window.forcings.subarray((step - 1) * forcings, (step + 2) * forcings));
    await executor.run([...plan.program('forward'), ...plan.program('advance')]);
    const { value } = await ring.capture();
    await executor.run(model.shiftState());
    return { state: value };
  };
  let submitted: ReturnType<typeof submit> | undefined;
  try {
    model.writeStatics(window.statics);
    model.writeState('previous', window.state.subarray(0, frame));
    model.writeState('last', window.state.subarray(frame, 2 * frame));
    await executor.run(plan.program('embed'));
    submitted = submit(1);
    for (let step = 1; step <= steps; step++) {
      const { state }: { state: Promise<Float32Array> } = await submitted;
      if (step < steps) {
        // A slow GPU takes the next step in bit by bit: this frame does not wait for that.
        submitted = submit(step + 1);
        submitted.catch(() => undefined); // awaited in its turn
        if (yields) await submitted;
      }
      yield {
        step,
        leadHours: (step * FRAME_SECONDS) / 3600,
        validTime: window.initialTime + step * FRAME_SECONDS,
        state: await state,
      };
    }
  } finally {
    await submitted?.catch(() => undefined);
    await executor.finish().catch(() => undefined); // a lost device has been reported above
    ring.destroy();
  }
}
