import { DeviceError } from '../errors';
import type { Gpu } from './device';
import { type Memory, unpadded } from './memory';
import type { Tensor } from './tensor';

/**
 * A ring of mapped buffers through which small results (losses, norms) come back some steps late, without
 * allocation and without stopping the queue.
 */
export class ReadbackRing {
  private readonly gpu: Gpu;
  private readonly memory: Memory;
  private readonly tensor: Tensor;
  private readonly ring: { buffer: GPUBuffer; busy: Promise<unknown> }[];
  private next = 0;

  constructor(gpu: Gpu, memory: Memory, tensor: Tensor, depth = 4) {
    this.gpu = gpu;
    this.memory = memory;
    this.tensor = tensor;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.ring = Array.from({ length: depth }, () => ({
      buffer: gpu.device.createBuffer({ label: `${tensor.name} readback`, size: tensor.bytes, usage }),
      busy: Promise.resolve(),
    }));
  }

  /**
   * Copies the tensor as it is after everything submitted so far. `value` resolves when it has arrived; awaiting
   * the call itself waits only for a free place in the ring. Submits by itself: await `Executor.run` before.
   */
  async capture(): Promise<{ value: Promise<Float32Array> }> {
    const place = this.ring[this.next];
    this.next = (this.next + 1) % this.ring.length;
    await place.busy;
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder();
    const { buffer, offset } = this.memory.locate(this.tensor);
    encoder.copyBufferToBuffer(buffer, offset, place.buffer, 0, this.tensor.bytes);
    device.queue.submit([encoder.finish()]);
    const value = this.gpu.wait(place.buffer.mapAsync(GPUMapMode.READ)).then(
      () => {
        this.gpu.expectHealthy();
        const values = unpadded(this.tensor, place.buffer.getMappedRange());
        place.buffer.unmap();
        return values;
      },
      (cause) => {
        throw new DeviceError('The GPU device was lost while results were on their way back.', { cause });
      },
    );
    place.busy = value.catch(() => undefined);
    return { value };
  }

  destroy(): void {
    for (const { buffer } of this.ring) buffer.destroy();
  }
}
