import { fromBfloat16, toBfloat16 } from '../../shaders/bfloat16/bfloat16';
import { DeviceError } from '../errors';
import type { Gpu } from './device';
import type { Tensor } from './tensor';

/** A place in a buffer, bytes from its start. */
export interface Location {
  buffer: GPUBuffer;
  offset: number;
}

/**
 * GPU memory of tensors. Persistent tensors (parameters, moments, frames) get a buffer of their own here;
 * a plan's transient tensors share slots. Views lie within their owner's memory.
 */
export class Memory {
  private readonly places = new Map<Tensor, Location>();
  private readonly owned: GPUBuffer[] = [];
  /** Bytes of all buffers made here. */
  bytes = 0;
  /** Bytes of the largest buffer made here. */
  largest = 0;
  private readonly gpu: Gpu;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  /** Gives each tensor a zeroed buffer of its own. Throws DeviceError when the adapter cannot hold one so large. */
  add(...tensors: Tensor[]): void {
    for (const tensor of tensors) {
      this.place(tensor, { buffer: this.create(tensor.bytes, tensor.name), offset: 0 });
    }
  }

  /** A buffer of at least `bytes`, without a tensor yet. */
  create(bytes: number, label: string): GPUBuffer {
    const { device } = this.gpu;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > device.limits.maxBufferSize) {
      throw new DeviceError(
        `${label} needs a buffer of ${Math.ceil(size / 2 ** 20)} MiB, this adapter allows ${Math.floor(device.limits.maxBufferSize / 2 ** 20)} MiB: choose a smaller model or grid.`,
      );
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ label, size, usage });
    this.owned.push(buffer);
    this.bytes += size;
    this.largest = Math.max(this.largest, size);
    return buffer;
  }

  /** A uniform buffer for the arguments of dispatches. */
  createUniform(bytes: number): GPUBuffer {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.gpu.device.createBuffer({ label: 'arguments', size: bytes, usage });
    this.owned.push(buffer);
    this.bytes += bytes;
    return buffer;
  }

  /** Fills every storage buffer made here with bits that are NaN in every element type. */
  poison(): void {
    for (const buffer of this.owned) {
      if (!(buffer.usage & GPUBufferUsage.STORAGE)) continue;
      const nan = new Uint32Array(buffer.size / 4).fill(0xffffffff);
      this.gpu.device.queue.writeBuffer(buffer, 0, nan);
    }
  }

  /** Makes `tensor` live at a place of an existing buffer (a slot that it shares with others). */
  place(tensor: Tensor, location: Location): void {
    this.places.set(tensor.owner, location);
  }

  has(tensor: Tensor): boolean {
    return this.places.has(tensor.owner);
  }

  /** Where a tensor lies, views within their owner included. */
  locate(tensor: Tensor): Location {
    const place = this.places.get(tensor.owner);
    if (!place) throw new Error(`tensor ${tensor.name} has no memory`);
    return { buffer: place.buffer, offset: place.offset + tensor.offset };
  }

  /** Writes rows without padding [rows, width] into a tensor, rounded to its element type; padding becomes zero. */
  write(tensor: Tensor, values: Float32Array | Uint32Array | Int32Array): void {
    if (values.length !== tensor.rows * tensor.width) {
      throw new RangeError(
        `${tensor.name} takes ${tensor.rows} x ${tensor.width} numbers, not ${values.length}`,
      );
    }
    let data: Float32Array | Uint32Array | Int32Array | Uint16Array = values;
    if (tensor.stride !== tensor.width) {
      data = new Float32Array(tensor.rows * tensor.stride);
      for (let r = 0; r < tensor.rows; r++) {
        data.set(values.subarray(r * tensor.width, (r + 1) * tensor.width), r * tensor.stride);
      }
    }
    if (tensor.element === 'bfloat16') data = toBfloat16(data as Float32Array);
    const { buffer, offset } = this.locate(tensor);
    this.gpu.device.queue.writeBuffer(buffer, offset, data as Float32Array<ArrayBuffer>);
  }

  /**
   * Reads a tensor back without its padding: [rows, width].
   * @throws DeviceError when the device was lost or has reported an error
   */
  async read(tensor: Tensor): Promise<Float32Array> {
    const { gpu } = this;
    const staging = gpu.device.createBuffer({
      label: `${tensor.name} read`,
      size: tensor.bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = gpu.device.createCommandEncoder();
      const { buffer, offset } = this.locate(tensor);
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, tensor.bytes);
      gpu.device.queue.submit([encoder.finish()]);
      await gpu.wait(staging.mapAsync(GPUMapMode.READ)).catch((cause: unknown) => {
        gpu.expectHealthy();
        throw new DeviceError(`Reading ${tensor.name} back from the GPU failed: ${cause}`, { cause });
      });
      gpu.expectHealthy();
      return unpadded(tensor, staging.getMappedRange());
    } finally {
      staging.destroy();
    }
  }

  destroy(): void {
    for (const buffer of this.owned) buffer.destroy();
    this.owned.length = 0;
    this.places.clear();
  }
}

/** A copy of a tensor's mapped rows [rows, stride] as float32 without their padding. */
export function unpadded(tensor: Tensor, mapped: ArrayBuffer): Float32Array {
  const { rows, width, stride, element } = tensor;
  const numbers = element === 'bfloat16' ? fromBfloat16(new Uint16Array(mapped)) : new Float32Array(mapped);
  if (stride === width) return numbers.slice();
  const out = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) out.set(numbers.subarray(r * stride, r * stride + width), r * width);
  return out;
}
