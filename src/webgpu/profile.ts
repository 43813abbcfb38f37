import { DeviceError } from '../errors';
import type { Gpu } from './device';
import { encodeDispatch } from './execute';
import type { Dispatch } from './kernel';
import type { ReadyDispatch } from './plan';

/** One dispatch's measured time. */
export interface KernelTime {
  dispatch: Dispatch;
  seconds: number;
}

/** Dispatches timed per submission: two timestamps of 8 bytes each. */
const MOST = 1024;

/**
 * Runs dispatches in order with timestamps around each.
 * @throws DeviceError when the adapter has no timestamps
 */
export async function profile(gpu: Gpu, commands: readonly ReadyDispatch[]): Promise<KernelTime[]> {
  if (!gpu.hasTimestamps) throw new DeviceError('This adapter has no timestamp queries.');
  const { device } = gpu;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * MOST });
  const [size, { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ }] = [16 * MOST, GPUBufferUsage];
  const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
  const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const times: KernelTime[] = [];
  try {
    for (let start = 0; start < commands.length; start += MOST) {
      const chunk = commands.slice(start, start + MOST);
      const encoder = device.createCommandEncoder();
      chunk.forEach((command, i) => {
        const pass = encoder.beginComputePass({
          timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
        });
        encodeDispatch(pass, command);
        pass.end();
      });
      encoder.resolveQuerySet(querySet, 0, 2 * chunk.length, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      await gpu.wait(staging.mapAsync(GPUMapMode.READ));
      const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
      staging.unmap();
      chunk.forEach(({ dispatch }, i) => {
        times.push({ dispatch, seconds: Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e9 });
      });
    }
    return times;
  } finally {
    querySet.destroy();
    resolved.destroy();
    staging.destroy();
  }
}
