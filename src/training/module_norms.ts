/** Norms by module of what lies flat in a `ParameterLayout`: gradients, parameters, and what an update changed. */
import type { ParameterLayout } from '../graphcast/packing';
import { moduleOf } from '../graphcast/parameters';

/** A stretch of a module's numbers in the flat buffer. */
export interface ModuleRange {
  module: string;
  start: number;
  end: number;
}

/** By module, in the order of the network. */
export type NormByModule = Record<string, number>;

/** Where every module's numbers lie: a few stretches each, as matrices come before vectors. */
export function moduleRanges(layout: ParameterLayout): ModuleRange[] {
  const modules = new Set(layout.arrays.map(({ name }) => moduleOf(name)));
  return [...modules].flatMap((module) =>
    layout.ranges((name) => moduleOf(name) === module).map(({ start, end }) => ({ module, start, end })),
  );
}

/**
 * The same stretches, cut where windows of the buffer end and wherever one is longer than `most` numbers.
 * @returns one list per window, positions counted from the buffer's start
 */
export function cutRanges(
  ranges: ModuleRange[],
  windows: { start: number; count: number }[],
  most: number,
): ModuleRange[][] {
  return windows.map(({ start: from, count }) => {
    const pieces: ModuleRange[] = [];
    for (const { module, start, end } of ranges) {
      const last = Math.min(end, from + count);
      for (let at = Math.max(start, from); at < last; at += most) {
        pieces.push({ module, start: at, end: Math.min(at + most, last) });
      }
    }
    return pieces;
  });
}

/** @param squares sum of squares of each range */
export function normsFromSquares(ranges: ModuleRange[], squares: ArrayLike<number>): NormByModule {
  const sums: NormByModule = {};
  ranges.forEach(({ module }, i) => {
    sums[module] = (sums[module] ?? 0) + squares[i];
  });
  return Object.fromEntries(Object.entries(sums).map(([module, sum]) => [module, Math.sqrt(sum)]));
}

/** Norms of `values` (less `former`, where it is given), summed in 64 bits. */
export function normsOf(ranges: ModuleRange[], values: Float32Array, former?: Float32Array): NormByModule {
  const squares = ranges.map(({ start, end }) => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += (former ? values[i] - former[i] : values[i]) ** 2;
    return sum;
  });
  return normsFromSquares(ranges, squares);
}
