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
}

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
export function usefulMatrices(configs: Iterable<SubgroupMatrixConfig>): SubgroupMatrices | undefined {
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
    }
  );
}

/** What comes first in the WGSL of a kernel that multiplies subgroup matrices. */
export function matrixHeader({ rows, columns, inner, factors }: SubgroupMatrices, subgroupSize: number) {
  const directives = [
    ...(factors === 'f16' ? ['enable f16;'] : []),
    'enable subgroups;',
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
  return { directives, declarations };
}
