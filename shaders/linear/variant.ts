/** Sizes of a tile in workgroup memory, see {@link TILES}. */
export interface Tile {
  /** Rows and columns that a workgroup computes (in the weights' gradient k stands for rows). */
  rows: number;
  columns: number;
  /** How much of the dimension that is summed over lies in workgroup memory at a time. */
  depth: number;
  /** Rows and columns that one invocation computes. */
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

/** Lanes that share rows in the variants that need subgroups of at least that size. */
export const LANES = { subgroup: 8, subgroup_4: 4 } as const;
export type SubgroupVariant = keyof typeof LANES;

/** Ways to compute the same products; all sum over the inner dimension in the same order, and have the same bits. */
export type LinearVariant = 'register' | SubgroupVariant | TiledVariant;
export const LINEAR_VARIANTS: readonly LinearVariant[] = [
  'register',
  ...(Object.keys(LANES) as SubgroupVariant[]),
  ...(Object.keys(TILES) as TiledVariant[]),
];

/** What a variant's support depends on. */
export interface SubgroupSize {
  /** 0 where there are no subgroups, or their size may vary. */
  subgroupSize: number;
}

/**
 * The variant of the matrix kernels that is good at every shape on an adapter: workgroup memory on GPUs; on drivers
 * that run on the CPU, where loads and barriers are dear, shuffles between subgroups, else registers alone.
 */
export function defaultVariant(adapter: SubgroupSize & { isSoftware: boolean }): LinearVariant {
  if (!adapter.isSoftware) return 'tiled';
  return supportedVariants(adapter).find((variant) => variant in LANES) ?? 'register';
}

/** Every variant that an adapter can run. */
export function supportedVariants({ subgroupSize }: SubgroupSize): LinearVariant[] {
  return LINEAR_VARIANTS.filter((variant) => !isSubgroup(variant) || subgroupSize >= LANES[variant]);
}

const isSubgroup = (variant: LinearVariant): variant is SubgroupVariant => variant in LANES;

/** Of {@link supportedVariants}, one for each shader: what tests run at every shape. */
export function variantOfEachShader(adapter: SubgroupSize): LinearVariant[] {
  return supportedVariants(adapter).filter((variant) => variant === 'tiled' || !(variant in TILES));
}

/** What `make` gives for the tile of every tiled variant. */
export function eachTile<T>(make: (tile: Tile) => T): Record<TiledVariant, T> {
  return Object.fromEntries(entries(TILES).map(([name, sizes]) => [name, make(sizes)])) as Record<
    TiledVariant,
    T
  >;
}

/** What `make` gives for the lanes of every variant with subgroups. */
export function eachSubgroup<T>(make: (lanes: number) => T): Record<SubgroupVariant, T> {
  return Object.fromEntries(entries(LANES).map(([name, lanes]) => [name, make(lanes)])) as Record<
    SubgroupVariant,
    T
  >;
}

const entries = <K extends string, V>(record: Readonly<Record<K, V>>) => Object.entries(record) as [K, V][];

/** A shader with the sizes of one variant before it. */
export function withSizes(body: string, sizes: Record<string, number>): string {
  const lines = Object.entries(sizes).map(([name, size]) => `const ${name} = ${size}u;`);
  return `${lines.join('\n')}\n${body}`;
}
