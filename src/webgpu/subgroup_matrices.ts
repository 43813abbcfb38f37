/** Dawn's name of the feature; in Chrome it lies behind a flag (`--enable-unsafe-webgpu`). */
export const SUBGROUP_MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/**
 * Matrices that the invocations of a subgroup multiply together, on the matrix units of GPUs that have them: one product
 * adds a left [rows, inner] times a right [inner, columns] to a float32 result [rows, columns].
 */
export interface SubgroupMatrices {
  rows: number;
  columns: number;
  inner: number;
  /** Numbers that the factors consist of. */
  factors: 'f16' | 'f32';
  /** Invocations of the subgroup. */
  subgroupSize: number;
  /** The size is one of several that the adapter allows, and kernels ask for it. */
  asksForSize: boolean;
}

/** Lets kernels ask for a size of their subgroups. */
export const SUBGROUP_SIZE_FEATURE = 'subgroup-size-control' as GPUFeatureName;

/** One entry of `GPUAdapterInfo.subgroupMatrixConfigs`. */
export interface SubgroupMatrixConfig {
  componentType: string;
  resultComponentType: string;
  M: number;
  N: number;
  K: number;
}

/**
 * Which of an adapter's matrices kernels use: those that add up in float32, of f16 factors where there are such (twice as
 * many to a byte), the largest first, as fewer instructions then do the same work. Undefined when there are none.
 */
export function usefulMatrices(
  configs: Iterable<SubgroupMatrixConfig>,
  subgroups: Pick<SubgroupMatrices, 'subgroupSize' | 'asksForSize'>,
): SubgroupMatrices | undefined {
  const useful = [...configs].filter(
    ({ componentType, resultComponentType }) =>
      resultComponentType === 'f32' && (componentType === 'f16' || componentType === 'f32'),
  );
  const size = ({ M, N, K }: SubgroupMatrixConfig) => M * N * K;
  useful.sort(
    (a, b) => Number(b.componentType === 'f16') - Number(a.componentType === 'f16') || size(b) - size(a),
  );
  const [best] = useful;
  return (
    best && {
      rows: best.M,
      columns: best.N,
      inner: best.K,
      factors: best.componentType as SubgroupMatrices['factors'],
      ...subgroups,
    }
  );
}

/** The WGSL of a kernel that multiplies subgroup matrices: what comes before everything else, what it refers to, and itself. */
export function matrixSource(body: string, matrices: SubgroupMatrices) {
  const { rows, columns, inner, factors, subgroupSize, asksForSize } = matrices;
  const directives = [
    ...(factors === 'f16' ? ['enable f16;'] : []),
    'enable subgroups;',
    ...(asksForSize ? ['enable subgroup_size_control;'] : []),
    'enable chromium_experimental_subgroup_matrix;',
    // What kernels branch on comes from workgroup memory: the same in a subgroup, which no analysis can see.
    'diagnostic(off, chromium.subgroup_matrix_uniformity);',
  ];
  const declarations = [
    `const SUBGROUP_SIZE = ${subgroupSize}u;`,
    `const MATRIX_ROWS = ${rows}u;`,
    `const MATRIX_COLUMNS = ${columns}u;`,
    `const MATRIX_INNER = ${inner}u;`,
    `alias Factor = ${factors};`,
    `alias Left = subgroup_matrix_left<Factor, MATRIX_INNER, MATRIX_ROWS>;`,
    `alias Right = subgroup_matrix_right<Factor, MATRIX_COLUMNS, MATRIX_INNER>;`,
    `alias Sums = subgroup_matrix_result<f32, MATRIX_COLUMNS, MATRIX_ROWS>;`,
  ];
  const sized = asksForSize ? body.replace('@compute', '@compute @subgroup_size(SUBGROUP_SIZE)') : body;
  return { directives, declarations, body: sized };
}
