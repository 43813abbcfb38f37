import type { NumericArray } from '../formats/array_store';

/** A block in an array in memory: where it begins, and how far its elements are apart. */
export interface Placed {
  data: NumericArray;
  offset: number;
  stride: number[];
}

/** Copies a block of `extent` elements per dimension. */
export function copyBlock(source: Placed, target: Placed, extent: number[]): void {
  // From this dimension on both lie in one run.
  let runFrom = extent.length;
  let run = 1;
  while (runFrom > 0 && source.stride[runFrom - 1] === run && target.stride[runFrom - 1] === run) {
    run *= extent[--runFrom];
  }
  const copy = (d: number, from: number, to: number) => {
    if (d === runFrom) {
      copyRun(source.data, from, target.data, to, run);
    } else if (d === runFrom - 1 && run === 1) {
      for (let i = 0; i < extent[d]; i++) {
        target.data[to + i * target.stride[d]] = source.data[from + i * source.stride[d]];
      }
    } else {
      for (let i = 0; i < extent[d]; i++) copy(d + 1, from + i * source.stride[d], to + i * target.stride[d]);
    }
  };
  copy(0, source.offset, target.offset);
}

function copyRun(from: NumericArray, start: number, to: NumericArray, at: number, length: number): void {
  // Both are of one type, which TypeScript cannot see.
  (to as Float32Array).set((from as Float32Array).subarray(start, start + length), at);
}

/** Elements from one index to the next, per dimension, of an array in row-major order. */
export function rowMajor(shape: number[]): number[] {
  return shape.map((_, d) => shape.slice(d + 1).reduce((product, size) => product * size, 1));
}
