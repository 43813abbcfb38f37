/** Ways to compute the same products; all sum over the inner dimension in the same order. */
export const LINEAR_VARIANTS = ['register', 'subgroup', 'tiled'] as const;
export type LinearVariant = (typeof LINEAR_VARIANTS)[number];

/** Lanes that share rows in the `subgroup` variant; it needs subgroups of at least this size. */
const LANES = 8;

/**
 * The variant of the matrix kernels that is good at every shape on an adapter: workgroup memory on GPUs; on drivers
 * that run on the CPU, where loads and barriers are dear, shuffles between wide subgroups, else registers alone.
 */
export function defaultVariant(adapter: { isSoftware: boolean; subgroupSize: number }): LinearVariant {
  if (!adapter.isSoftware) return 'tiled';
  return adapter.subgroupSize >= LANES ? 'subgroup' : 'register';
}

/** Every variant that an adapter can run. */
export function supportedVariants(adapter: { subgroupSize: number }): LinearVariant[] {
  return adapter.subgroupSize >= LANES ? ['register', 'tiled', 'subgroup'] : ['register', 'tiled'];
}
