import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import type { Ready, ReadyDispatch } from './plan';
import type { DispatchTimer } from './profile';

/** Longest time one submission should keep the GPU busy, s. Operating systems reset a GPU busy for about two. */
const SUBMISSION_SECONDS = 0.15;
const SUBMISSIONS_IN_FLIGHT = 3;

/**
 * Rates assumed before anything was measured: a slow software adapter's. A real GPU is faster, so the first
 * submissions are only shorter than they need be.
 */
const INITIAL_RATE = { flops: 2e9, bytes: 2e9, overhead: 20e-6 };

const estimate = (d: Dispatch) =>
  Math.max(d.flops / INITIAL_RATE.flops, d.bytes / INITIAL_RATE.bytes) + INITIAL_RATE.overhead;

/**
 * Replays ready commands. Work is cut into submissions of {@link SUBMISSION_SECONDS} from a cost estimate whose
 * scale is measured as it goes, with a few in flight, so that the queue neither runs dry nor runs away.
 */
export class Executor {
  /** Times every dispatch of the runs to come, while it is set. */
  timer: DispatchTimer | undefined;
  private readonly gpu: Gpu;
  private readonly inFlight: Promise<void>[] = [];
  /** Measured seconds per estimated second. */
  private scale = 1;
  private lastDone = 0;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  /**
   * Submits commands in order. Resolves when all are submitted, a few of them possibly still running.
   * @throws DeviceError when the device was lost or has reported an error
   */
  async run(commands: Iterable<Ready>): Promise<void> {
    const { device } = this.gpu;
    const { timer } = this;
    let encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    let cost = 0;
    for (const command of commands) {
      if (command.kind === 'dispatch') {
        if (timer) pass?.end();
        pass = timer ? timer.beginPass(encoder, command.dispatch) : (pass ?? encoder.beginComputePass());
        encodeDispatch(pass, command);
        cost += estimate(command.dispatch);
        if (cost * this.scale < SUBMISSION_SECONDS && !timer?.isFull) continue;
        pass.end();
        pass = undefined;
        timer?.endSubmission(encoder);
        await this.submit(encoder.finish(), cost);
        await timer?.collect();
        encoder = device.createCommandEncoder();
        cost = 0;
      } else {
        pass?.end();
        pass = undefined;
        encodeTransfer(encoder, command);
      }
    }
    pass?.end();
    timer?.endSubmission(encoder);
    await this.submit(encoder.finish(), cost);
    await timer?.collect();
  }

  /**
   * Waits until everything submitted has run.
   * @throws DeviceError when the device was lost or has reported an error
   */
  async finish(): Promise<void> {
    await Promise.all(this.inFlight.splice(0));
    this.gpu.expectHealthy();
  }

  private async submit(commands: GPUCommandBuffer, cost: number): Promise<void> {
    this.gpu.expectHealthy();
    const { device, wait } = this.gpu;
    const start = performance.now();
    device.queue.submit([commands]);
    if (cost === 0) return; // copies and clears are done in no time
    const done = wait(device.queue.onSubmittedWorkDone()).then(
      () => {
        const now = performance.now();
        this.learn(cost, (now - Math.max(start, this.lastDone)) / 1000);
        this.lastDone = now;
      },
      () => undefined, // a lost device is reported by the next submission
    );
    this.inFlight.push(done);
    if (this.inFlight.length >= SUBMISSIONS_IN_FLIGHT) await this.inFlight.shift();
  }

  /**
   * Follows slowness fast and speed by and by, for one submission that is too long may cost the device. Short
   * submissions teach nothing, and no single delay of this program's own may pass for a slow device.
   */
  private learn(cost: number, seconds: number): void {
    if (cost * this.scale < SUBMISSION_SECONDS / 4) return;
    const ratio = seconds / cost;
    this.scale = ratio > this.scale ? Math.min(ratio, 4 * this.scale) : 0.7 * this.scale + 0.3 * ratio;
  }
}

export function encodeDispatch(pass: GPUComputePassEncoder, command: ReadyDispatch): void {
  pass.setPipeline(command.pipeline);
  pass.setBindGroup(0, command.bindGroup);
  pass.dispatchWorkgroups(command.grid[0], command.grid[1]);
}

export function encodeTransfer(encoder: GPUCommandEncoder, command: Exclude<Ready, ReadyDispatch>): void {
  if (command.kind === 'clear') encoder.clearBuffer(command.buffer, command.offset, command.bytes);
  else {
    const { from, fromOffset, to, toOffset, bytes } = command;
    encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
  }
}
