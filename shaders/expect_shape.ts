import { padded, type Tensor } from '../src/webgpu/tensor';

/** Throws RangeError unless `tensor` is a matrix [rows, width] with padded rows. An absent optional tensor passes. */
export function expectMatrix(name: string, tensor: Tensor | undefined, rows: number, width: number): void {
  if (!tensor) return;
  if (tensor.rows !== rows || tensor.width !== width || tensor.stride !== padded(width)) {
    throw new RangeError(`${name}: ${describe(tensor)}, expected a matrix [${rows}, ${width}]`);
  }
}

/** Throws RangeError unless `tensor` is an unpadded list of `length` numbers. An absent optional tensor passes. */
export function expectList(name: string, tensor: Tensor | undefined, length: number): void {
  if (!tensor) return;
  if (tensor.stride !== 1 || tensor.rows !== length) {
    throw new RangeError(`${name}: ${describe(tensor)}, expected a list of ${length}`);
  }
}

/**
 * Throws RangeError unless `tensor` holds one padded row of `width` numbers: a matrix [1, width], or a list when
 * `width` is a multiple of four.
 */
export function expectVector(name: string, tensor: Tensor, width: number): void {
  if (tensor.bytes !== padded(width) * 4 || tensor.rows * tensor.width !== width) {
    throw new RangeError(`${name}: ${describe(tensor)}, expected one padded row of ${width}`);
  }
}

const describe = (tensor: Tensor) =>
  `${tensor.name} is [${tensor.rows}, ${tensor.width}] with a stride of ${tensor.stride}`;
