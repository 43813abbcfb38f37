import type { SubgroupMatrices } from '../../src/webgpu/kernel';

/** Sizes of a tile in workgroup memory. */
export interface Tile {
  /** Rows and columns that a workgroup computes (in the weights' gradient k stands for rows). */
  rows: number;
  columns: number;
  /** How much of the dimension that is summed over lies in workgroup memory at a time. */
  depth: number;
  /** Rows and columns that one invocation computes; of matrix tiles, one subgroup. */
  ownRows: number;
  ownColumns: number;
}

const tile = (rows: number, columns: number, depth: number, ownRows: number, ownColumns: number): Tile => ({
  rows,
  columns,
  depth,
  ownRows,
  ownColumns,
});

/**
 * The tiled variants, named rows x columns x depth _ an invocation's rows x columns. All stay within the 16 KiB of
 * workgroup memory and the 256 invocations that every WebGPU adapter allows. Large tiles load less, small ones keep
 * more workgroups busy at small shapes; which is best is for measurement to say.
 */
export const TILES = {
  tiled: tile(64, 64, 16, 8, 8),
  tiled_32x64x16_4x4: tile(32, 64, 16, 4, 4),
  tiled_64x64x16_4x4: tile(64, 64, 16, 4, 4),
  tiled_64x64x16_8x4: tile(64, 64, 16, 8, 4),
  tiled_128x64x8_8x8: tile(128, 64, 8, 8, 8),
  tiled_128x64x16_8x8: tile(128, 64, 16, 8, 8),
  tiled_128x128x8_8x8: tile(128, 128, 8, 8, 8),
  tiled_128x128x16_8x8: tile(128, 128, 16, 8, 8),
  tiled_128x128x8_8x16: tile(128, 128, 8, 8, 16),
} as const;
export type TiledVariant = keyof typeof TILES;

/** Tiles of two bytes a number: twice as deep or large in the same memory. */
export const HALF_TILES = {
  f16_32x64x16_4x4: tile(32, 64, 16, 4, 4),
  f16_64x64x32_8x8: tile(64, 64, 32, 8, 8),
  f16_128x64x32_8x8: tile(128, 64, 32, 8, 8),
  f16_128x128x32_8x8: tile(128, 128, 32, 8, 8),
} as const;
export type HalfVariant = keyof typeof HALF_TILES;

/** Tiles for matrix units, named rows x columns x depth _ a subgroup's rows x columns. */
export const MATRIX_TILES = {
  matrix_32x32x32_16x16: tile(32, 32, 32, 16, 16),
  matrix_64x64x32_32x32: tile(64, 64, 32, 32, 32),
  matrix_128x64x32_32x32: tile(128, 64, 32, 32, 32),
  matrix_128x64x32_64x32: tile(128, 64, 32, 64, 32),
  matrix_128x128x32_64x32: tile(128, 128, 32, 64, 32),
  matrix_128x128x32_64x64: tile(128, 128, 32, 64, 64),
} as const;
export type MatrixVariant = keyof typeof MATRIX_TILES;

/** Lanes that share rows in the variants that need subgroups of at least that size. */
export const LANES = { subgroup: 8, subgroup_4: 4 } as const;
export type SubgroupVariant = keyof typeof LANES;

/** What `make` gives for every variant of a table above. */
export function eachOf<K extends string, V, T>(
  table: Readonly<Record<K, V>>,
  make: (value: V) => T,
): Record<K, T> {
  const entries = Object.entries(table) as [K, V][];
  return Object.fromEntries(entries.map(([name, value]) => [name, make(value)])) as Record<K, T>;
}

/** Numbers between the rows of a matrix tile, so that neighbouring rows lie in different banks of workgroup memory. */
const PADDING = 8;

/** What the shaders for matrix units are told of a tile. */
export const matrixSizes = (tile: Tile): Record<string, number> => ({
  TILE_ROWS: tile.rows,
  TILE_COLUMNS: tile.columns,
  DEPTH: tile.depth,
  OWN_ROWS: tile.ownRows,
  OWN_COLUMNS: tile.ownColumns,
  PADDING,
});

/** What a workgroup takes that multiplies subgroup matrices. */
export function matrixWorkgroup(
  { rows, columns, depth, ownRows, ownColumns }: Tile,
  matrices: SubgroupMatrices,
): { invocations: number; bytes: number } {
  const subgroups = (rows / ownRows) * (columns / ownColumns);
  const { subgroupSize } = matrices;
  const factorBytes = matrices.factors === 'f16' ? 2 : 4;
  const sums = Math.max((matrices.rows * matrices.columns) / 4, subgroupSize);
  // x lies [rows, depth] in linear, [depth, rows] in the weights' gradient: the former takes more.
  const factors = rows * (depth + PADDING) + depth * (columns + PADDING);
  return {
    invocations: subgroups * subgroupSize,
    bytes: factorBytes * factors + subgroups * (16 * sums + 8),
  };
}

/**
 * Whether whole matrices fill a tile, the share of each of its subgroups, and its depth, and each invocation brings as
 * many vec4f of it, always of the same column.
 */
export function isShareable(tile: Tile, matrices: SubgroupMatrices): boolean {
  const { rows, columns, depth, ownRows, ownColumns } = tile;
  const { invocations } = matrixWorkgroup(tile, matrices);
  return (
    ownRows % matrices.rows === 0 &&
    ownColumns % matrices.columns === 0 &&
    depth % matrices.inner === 0 &&
    [rows, columns].every((factor) => ((factor * depth) / 4) % invocations === 0) &&
    invocations % (columns / 4) === 0
  );
}
