import { DeviceError } from '../errors';
import type { Gpu } from './device';
import { type Dispatch, workgroupGrid } from './kernel';
import { type Location, Memory } from './memory';
import { assignSlots, type Lifetime, type Slot } from './slots';
import { type ElementType, list, matrix, ROW_ALIGNMENT, type Tensor } from './tensor';

/** Operations of one dispatch: a tenth of a second on a slow integrated GPU. */
const DISPATCH_FLOPS = 2e10;

/** A dispatch with everything resolved. */
export interface ReadyDispatch {
  kind: 'dispatch';
  dispatch: Dispatch;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  grid: [number, number];
}

/** What an executor replays; replaying creates nothing. */
export type Ready =
  | ReadyDispatch
  | { kind: 'copy'; from: GPUBuffer; fromOffset: number; to: GPUBuffer; toOffset: number; bytes: number }
  | { kind: 'clear'; buffer: GPUBuffer; offset: number; bytes: number };

/**
 * Records programs: ordered lists of dispatches over named tensors, all known before anything is allocated.
 *
 * Transient tensors live from the first dispatch that names them to the last, counted over all programs in the
 * order in which they were begun (forward before backward). Programs may be replayed in other patterns as long
 * as whatever a program reads from another's transients was written by that program's latest replay.
 */
export class PlanBuilder {
  readonly programs = new Map<string, Dispatch[]>();
  private readonly transients = new Set<Tensor>();
  private current: Dispatch[] | undefined;
  /** As long as nothing was added since. */
  private assigned: Slot[] | undefined;
  /** Largest range a binding may show; row-wise work on more is cut into windows of rows. */
  readonly maxBinding: number;

  constructor(maxBinding: number) {
    this.maxBinding = maxBinding;
  }

  /** A matrix [rows, width] that exists only while the plan needs it. Its memory is not cleared. */
  transient(name: string, rows: number, width: number, element?: ElementType): Tensor {
    return this.register(matrix(name, rows, width, element));
  }

  /** An unpadded list of numbers that exists only while the plan needs it. */
  transientList(name: string, length: number): Tensor {
    return this.register(list(name, length));
  }

  private register(tensor: Tensor): Tensor {
    this.transients.add(tensor);
    return tensor;
  }

  /** Begins (or continues) the program that the following dispatches belong to. */
  program(name: string): void {
    this.current = this.programs.get(name) ?? [];
    this.programs.set(name, this.current);
  }

  /** Records what `record` adds into another program, then goes on with the current one. */
  within(name: string, record: () => void): void {
    const current = this.current;
    this.program(name);
    record();
    this.current = current;
  }

  /** Appends dispatches to the current program; those without rows are left out. */
  add(...dispatches: Dispatch[]): void {
    if (!this.current) throw new Error('program(name) comes before the first dispatch');
    this.assigned = undefined;
    this.current.push(...dispatches.filter((dispatch) => dispatch.workgroups > 0));
  }

  /** Puts what `change` makes of a recorded dispatch in its place, for all of them. */
  rewrite(change: (dispatch: Dispatch) => Dispatch[]): void {
    this.assigned = undefined;
    for (const dispatches of this.programs.values()) {
      dispatches.splice(0, dispatches.length, ...dispatches.flatMap(change));
    }
  }

  /**
   * Calls `record(start, count)` for windows of rows small enough that no tensor of `widest` bytes a row exceeds
   * a binding, and no dispatch of `flops` operations a row keeps an adapter busy for long.
   */
  overRows(
    rows: number,
    widest: number,
    flops: number,
    record: (start: number, count: number) => void,
  ): void {
    const most = Math.min(this.maxBinding / widest, DISPATCH_FLOPS / Math.max(1, flops));
    const allowed = Math.max(1, Math.floor(most / ROW_ALIGNMENT)) * ROW_ALIGNMENT;
    // Even windows: a small last one would leave most of a large GPU idle.
    const windows = Math.ceil(rows / allowed);
    const count = Math.ceil(rows / windows / ROW_ALIGNMENT) * ROW_ALIGNMENT;
    for (let start = 0; start < rows; start += count) record(start, Math.min(count, rows - start));
  }

  /** Floating-point operations of the matrix products in a program: what a step must compute at least. */
  flops(program: string): number {
    let sum = 0;
    for (const dispatch of this.programs.get(program) ?? []) {
      if (dispatch.kernel.name.startsWith('linear')) sum += dispatch.flops;
    }
    return sum;
  }

  /** The widest range that any binding shows, bytes. */
  widestBinding(): number {
    const tensors = [...this.programs.values()].flat().flatMap((dispatch) => Object.values(dispatch.tensors));
    return tensors.reduce((most, tensor) => Math.max(most, tensor?.bytes ?? 0), 0);
  }

  /** Slots for every transient tensor, from lifetimes over all programs in order. */
  slots(): Slot[] {
    this.assigned ??= this.assign();
    return this.assigned;
  }

  /** Most bytes of transient tensors alive at one command: slots take at least as much, and little more. */
  leastBytes(): number {
    const { lifetimes } = this.lives();
    const changes: number[] = [];
    for (const { tensor, first, last } of lifetimes.values()) {
      changes[first] = (changes[first] ?? 0) + tensor.bytes;
      changes[last + 1] = (changes[last + 1] ?? 0) - tensor.bytes;
    }
    let [alive, most] = [0, 0];
    changes.forEach((change) => {
      alive += change;
      most = Math.max(most, alive);
    });
    return most;
  }

  private assign(): Slot[] {
    const { lifetimes, apart } = this.lives();
    return assignSlots([...lifetimes.values()], apart);
  }

  /** When each transient tensor is alive, and which ones one command reads and writes. */
  private lives() {
    const lifetimes = new Map<Tensor, Lifetime>();
    const apart = new Map<Tensor, Set<Tensor>>();
    [...this.programs.values()].flat().forEach(({ kernel, tensors }, time) => {
      const touched = { read: new Set<Tensor>(), read_write: new Set<Tensor>() };
      for (const [binding, tensor] of Object.entries(tensors)) {
        const owner = tensor?.owner;
        if (!owner || !this.transients.has(owner)) continue;
        touched[kernel.bindings[binding].access].add(owner);
        const life = lifetimes.get(owner);
        if (life) life.last = time;
        else lifetimes.set(owner, { tensor: owner, first: time, last: time });
      }
      for (const written of touched.read_write) {
        for (const read of touched.read) {
          for (const [a, b] of [
            [written, read],
            [read, written],
          ]) {
            apart.set(a, (apart.get(a) ?? new Set()).add(b));
          }
        }
      }
    });
    return { lifetimes, apart };
  }

  /**
   * Allocates slots, compiles pipelines, binds everything.
   *
   * @param persistent buffers of the tensors that outlive the plan.
   */
  async build(gpu: Gpu, persistent: Memory): Promise<Plan> {
    this.expectBindable();
    const memory = new Memory(gpu);
    try {
      return await this.buildIn(memory, gpu, persistent);
    } catch (error) {
      memory.destroy();
      throw error;
    }
  }

  private expectBindable(): void {
    for (const { kernel, tensors } of [...this.programs.values()].flat()) {
      for (const tensor of Object.values(tensors)) {
        if (!tensor || tensor.bytes <= this.maxBinding) continue;
        const [needed, allowed] = [tensor.bytes, this.maxBinding].map((bytes) => Math.ceil(bytes / 2 ** 20));
        throw new DeviceError(
          `${kernel.name} needs ${needed} MiB of ${tensor.name} in one binding, this adapter allows ${allowed} MiB: choose a coarser grid or a smaller latent size.`,
        );
      }
    }
  }

  private async buildIn(memory: Memory, gpu: Gpu, persistent: Memory): Promise<Plan> {
    const slots = this.slots();
    slots.forEach((slot, i) => {
      const buffer = memory.create(slot.bytes, `slot ${i}`);
      for (const { tensor, offset } of slot.tensors) memory.place(tensor, { buffer, offset });
    });
    const locate = (tensor: Tensor) => (memory.has(tensor) ? memory : persistent).locate(tensor);
    const binder = new Binder(gpu, memory, locate, [...this.programs.values()].flat().length);
    // All at once, so that the driver compiles on as many cores as it likes.
    const ready = [...this.programs].map(async ([name, dispatches]) => {
      return [name, await Promise.all(dispatches.map((dispatch) => binder.ready(dispatch)))] as const;
    });
    const programs = new Map(await Promise.all(ready));
    binder.finish();
    return new Plan(programs, memory, slots);
  }
}

/** Programs ready to replay, and the transient memory they share. */
export class Plan {
  private readonly programs: Map<string, ReadyDispatch[]>;
  private readonly memory: Memory;
  readonly slots: Slot[];

  constructor(programs: Map<string, ReadyDispatch[]>, memory: Memory, slots: Slot[]) {
    this.programs = programs;
    this.memory = memory;
    this.slots = slots;
  }

  /** Bytes of GPU memory that the transient tensors take: the plan's peak, known before the first step. */
  get bytes(): number {
    return this.memory.bytes;
  }

  program(name: string): ReadyDispatch[] {
    const program = this.programs.get(name);
    if (!program) throw new Error(`no program ${name}`);
    return program;
  }

  /** Reads a transient tensor that is alive after the last replayed program (tests). */
  read(tensor: Tensor): Promise<Float32Array> {
    return this.memory.read(tensor);
  }

  /** Fills all transient memory with NaN (tests: whatever is read before it is written shows). */
  poison(): void {
    this.memory.poison();
  }

  destroy(): void {
    this.memory.destroy();
  }
}

/** A ready copy between tensors of one memory, for the frame traffic between replays of programs. */
export function readyCopy(memory: Memory, to: Tensor, from: Tensor): Ready {
  if (to.bytes !== from.bytes) throw new RangeError(`copy of ${from.name} to ${to.name}: sizes differ`);
  const [source, target] = [memory.locate(from), memory.locate(to)];
  return {
    kind: 'copy',
    from: source.buffer,
    fromOffset: source.offset,
    to: target.buffer,
    toOffset: target.offset,
    bytes: from.bytes,
  };
}

export function readyClear(memory: Memory, tensor: Tensor): Ready {
  return { kind: 'clear', ...memory.locate(tensor), bytes: tensor.bytes };
}

/** Turns recorded dispatches into ready ones: one uniform buffer holds the arguments of all dispatches. */
class Binder {
  private readonly gpu: Gpu;
  private readonly locate: (tensor: Tensor) => Location;
  private readonly uniforms: GPUBuffer;
  private readonly values: DataView;
  private readonly unused: GPUBuffer[];
  private next = 0;
  private readonly step: number;

  constructor(gpu: Gpu, memory: Memory, locate: (tensor: Tensor) => Location, dispatches: number) {
    this.gpu = gpu;
    this.locate = locate;
    this.step = gpu.device.limits.minUniformBufferOffsetAlignment;
    this.values = new DataView(new ArrayBuffer(Math.max(1, dispatches) * this.argumentBytes));
    this.uniforms = memory.createUniform(this.values.byteLength);
    // Stand-ins for optional bindings that are left out; one per binding, as writable bindings must not alias.
    this.unused = Array.from({ length: 12 }, (_, i) => memory.create(16, `unused ${i}`));
  }

  private get argumentBytes(): number {
    return Math.max(64, this.step);
  }

  async ready(dispatch: Dispatch): Promise<ReadyDispatch> {
    const offset = this.next++ * this.argumentBytes;
    this.writeArguments(dispatch, offset);
    const elementOf = (name: string) => dispatch.tensors[name]?.element;
    const { kernel, constants } = dispatch;
    const pipeline = await this.gpu.pipeline({ kernel, constants, elementOf });
    const entries: GPUBindGroupEntry[] = [
      { binding: 0, resource: { buffer: this.uniforms, offset, size: this.argumentBytes } },
    ];
    Object.keys(kernel.bindings).forEach((name, i) => {
      const tensor = dispatch.tensors[name];
      entries.push({
        binding: i + 1,
        resource: tensor
          ? { ...this.locate(tensor), size: Math.max(16, Math.ceil(tensor.bytes / 4) * 4) }
          : { buffer: this.unused[i] },
      });
    });
    const bindGroup = this.gpu.device.createBindGroup({
      label: kernel.name,
      layout: pipeline.getBindGroupLayout(0),
      entries,
    });
    return { kind: 'dispatch', dispatch, pipeline, bindGroup, grid: workgroupGrid(dispatch.workgroups) };
  }

  private writeArguments(dispatch: Dispatch, offset: number): void {
    Object.entries(dispatch.kernel.args).forEach(([name, type], i) => {
      const value = dispatch.args[name];
      if (value === undefined) throw new Error(`${dispatch.kernel.name}: argument ${name} is missing`);
      if (type === 'u32') this.values.setUint32(offset + 4 * i, value, true);
      else this.values.setFloat32(offset + 4 * i, value, true);
    });
  }

  finish(): void {
    this.gpu.device.queue.writeBuffer(this.uniforms, 0, this.values.buffer as ArrayBuffer);
  }
}
