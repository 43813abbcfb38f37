/** How a matrix stores its numbers. bfloat16 is the upper half of a float32, two to a u32 (shaders/bfloat16). */
export const ELEMENT_TYPES = ['float32', 'bfloat16'] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

/**
 * A tensor names a region of GPU memory before that memory exists. Plans give it a buffer; kernels only see
 * `buffer` and `offset`.
 *
 * Matrices are row-major with their rows padded with zeros to a multiple of four numbers (`stride`), so that
 * every kernel may read and write them four numbers at a time, whatever their element type.
 */
export interface Tensor {
  readonly name: string;
  /** Of a matrix; lists hold 4-byte numbers of any kind and say float32. */
  readonly element: ElementType;
  readonly rows: number;
  /** Numbers that mean something in each row. */
  readonly width: number;
  /** Numbers from one row to the next. */
  readonly stride: number;
  /** Bytes from the start of the owner's memory; a multiple of 256 for every tensor that is bound. */
  readonly offset: number;
  readonly bytes: number;
  /** The tensor whose memory this one is a part of; itself when it is no view. */
  readonly owner: Tensor;
}

/** WebGPU's largest value of `minStorageBufferOffsetAlignment`: what holds everywhere. */
export const BINDING_ALIGNMENT = 256;

/** Rows at which a window into any tensor may start: 64 rows of the narrowest kind (a list's) are 256 bytes. */
export const ROW_ALIGNMENT = 64;

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** Length of a row of `width` numbers once padded to a multiple of four. */
export const padded = (width: number) => roundUp(width, 4);

const elementBytes = (element: ElementType) => (element === 'bfloat16' ? 2 : 4);

/** Bytes from one row to the next. */
export const rowBytes = ({ stride, element }: Tensor) => stride * elementBytes(element);

function tensorOf(name: string, rows: number, width: number, stride: number, element: ElementType): Tensor {
  const bytes = rows * stride * elementBytes(element);
  const tensor = { name, element, rows, width, stride, offset: 0, bytes };
  return Object.assign(tensor, { owner: tensor as unknown as Tensor }) as Tensor;
}

/** A matrix [rows, width], rows padded to a multiple of four numbers. */
export function matrix(name: string, rows: number, width: number, element: ElementType = 'float32'): Tensor {
  return tensorOf(name, rows, width, padded(width), element);
}

/** A list of 4-byte numbers without padding: indices, offsets, or planes [count, grid nodes]. */
export function list(name: string, length: number): Tensor {
  return tensorOf(name, length, 1, 1, 'float32');
}

/** Rows [start, start + count) of a tensor. `start` must be a multiple of {@link ROW_ALIGNMENT}. */
export function rowsOf(tensor: Tensor, start: number, count: number): Tensor {
  if (start === 0 && count === tensor.rows) return tensor;
  return view(tensor, start * rowBytes(tensor), count, tensor.width, tensor.stride);
}

/**
 * A matrix at a byte offset inside another tensor's memory, of its element type. Throws when it is misaligned or does
 * not fit.
 */
export function view(
  of: Tensor,
  byteOffset: number,
  rows: number,
  width: number,
  stride = padded(width),
): Tensor {
  const offset = of.offset + byteOffset;
  const { element } = of;
  const bytes = rows * stride * elementBytes(element);
  if (byteOffset % BINDING_ALIGNMENT !== 0 || byteOffset + bytes > of.bytes) {
    throw new RangeError(`view of ${of.name}: bytes ${byteOffset} to ${byteOffset + bytes} of ${of.bytes}`);
  }
  return { name: of.name, element, rows, width, stride, offset, bytes, owner: of.owner };
}
