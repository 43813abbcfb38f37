import { DeviceError } from '../errors';
import type { Gpu } from './device';
import { Executor } from './execute';
import type { Dispatch } from './kernel';
import type { Ready } from './plan';

/** One dispatch's measured time. */
export interface KernelTime {
  dispatch: Dispatch;
  seconds: number;
}

/** Dispatches timed per submission: two timestamps of 8 bytes each. */
const MOST = 1024;

/** Times single dispatches with timestamps; given to an executor, which gives each dispatch a pass of its own. */
export class DispatchTimer {
  /** In the order in which the dispatches ran. */
  readonly times: KernelTime[] = [];
  private readonly gpu: Gpu;
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;
  /** Of the submission that is being encoded. */
  private dispatches: Dispatch[] = [];

  /** @throws DeviceError when the adapter has no timestamps */
  constructor(gpu: Gpu) {
    if (!gpu.hasTimestamps) throw new DeviceError('This adapter has no timestamp queries.');
    this.gpu = gpu;
    const { device } = gpu;
    const [size, { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ }] = [16 * MOST, GPUBufferUsage];
    this.querySet = device.createQuerySet({ type: 'timestamp', count: 2 * MOST });
    this.resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    this.staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  }

  /** The submission must end here. */
  get isFull(): boolean {
    return this.dispatches.length === MOST;
  }

  /** A pass for this dispatch alone. */
  beginPass(encoder: GPUCommandEncoder, dispatch: Dispatch): GPUComputePassEncoder {
    const first = 2 * this.dispatches.length;
    this.dispatches.push(dispatch);
    return encoder.beginComputePass({
      timestampWrites: {
        querySet: this.querySet,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    });
  }

  /** The last commands of a submission. */
  endSubmission(encoder: GPUCommandEncoder): void {
    const { resolved, staging } = this;
    encoder.resolveQuerySet(this.querySet, 0, 2 * this.dispatches.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16 * this.dispatches.length);
  }

  /** Reads the times of what was submitted last. */
  async collect(): Promise<void> {
    const dispatches = this.dispatches.splice(0);
    if (dispatches.length === 0) return;
    await this.gpu.wait(this.staging.mapAsync(GPUMapMode.READ));
    const ticks = new BigUint64Array(this.staging.getMappedRange().slice(0));
    this.staging.unmap();
    dispatches.forEach((dispatch, i) => {
      this.times.push({ dispatch, seconds: Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e9 });
    });
  }

  destroy(): void {
    this.querySet.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}

/**
 * Runs commands in order with timestamps around each dispatch.
 * @throws DeviceError when the adapter has no timestamps
 */
export async function profile(gpu: Gpu, commands: Iterable<Ready>): Promise<KernelTime[]> {
  const timer = new DispatchTimer(gpu);
  try {
    const executor = new Executor(gpu);
    executor.timer = timer;
    await executor.run(commands);
    return timer.times;
  } finally {
    timer.destroy();
  }
}
