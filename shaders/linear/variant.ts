import type { SubgroupMatrices } from '../../src/webgpu/kernel';
import type { ElementType } from '../../src/webgpu/tensor';
import {
  HALF_TILES,
  type HalfVariant,
  isShareable,
  LANES,
  MATRIX_TILES,
  type MatrixVariant,
  matrixWorkgroup,
  type SubgroupVariant,
  TILES,
  type TiledVariant,
} from './tiles';

/** Ways to compute the same products that sum over the inner dimension in the same order, and have the same bits. */
export type ExactVariant = 'register' | SubgroupVariant | TiledVariant;
/** Ways that multiply rounded weights, or sum in another order: they have bits of their own. */
export type ReducedVariant = HalfVariant | MatrixVariant;
export type LinearVariant = ExactVariant | ReducedVariant;

const names = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as K[];

export const REDUCED_VARIANTS: readonly ReducedVariant[] = [...names(HALF_TILES), ...names(MATRIX_TILES)];
export const LINEAR_VARIANTS: readonly LinearVariant[] = [
  'register',
  ...names(LANES),
  ...names(TILES),
  ...REDUCED_VARIANTS,
];

/** What a variant's support depends on. */
export interface VariantSupport {
  /** 0 where there are no subgroups, or their size may vary. */
  subgroupSize: number;
  matrices?: SubgroupMatrices;
  /** What a workgroup may take, bytes of memory and invocations. */
  workgroupBytes: number;
  workgroupInvocations: number;
}

/**
 * The variant of the matrix kernels that is good at every shape on an adapter: workgroup memory on GPUs; on drivers
 * that run on the CPU, where loads and barriers are dear, shuffles between subgroups, else registers alone.
 */
export function defaultVariant(adapter: VariantSupport & { isSoftware: boolean }): ExactVariant {
  if (!adapter.isSoftware) return 'tiled';
  return names(LANES).find((variant) => isSupported(variant, adapter)) ?? 'register';
}

/** Every variant that an adapter can run. */
export function supportedVariants(adapter: VariantSupport): LinearVariant[] {
  return LINEAR_VARIANTS.filter((variant) => isSupported(variant, adapter));
}

/**
 * The variants that may be chosen for a product: reduced ones only where x is bfloat16, as whoever asks for that accepts
 * numbers of eight bits (and the reference's own policy rounds the weights to as few).
 */
export function eligibleVariants(adapter: VariantSupport, element: ElementType): LinearVariant[] {
  return supportedVariants(adapter).filter((variant) => element === 'bfloat16' || !isReduced(variant));
}

export const isReduced = (variant: LinearVariant): variant is ReducedVariant =>
  variant in HALF_TILES || variant in MATRIX_TILES;

function isSupported(variant: LinearVariant, adapter: VariantSupport): boolean {
  if (variant in LANES) return adapter.subgroupSize >= LANES[variant as SubgroupVariant];
  if (!(variant in MATRIX_TILES)) return true;
  const { matrices, workgroupBytes, workgroupInvocations } = adapter;
  const tile = MATRIX_TILES[variant as MatrixVariant];
  if (!matrices) return false;
  const { invocations, bytes } = matrixWorkgroup(tile, matrices);
  return isShareable(tile, matrices) && invocations <= workgroupInvocations && bytes <= workgroupBytes;
}

/** Of the exact {@link supportedVariants}, one for each shader: what tests run at every shape. */
export function variantOfEachShader(adapter: VariantSupport): ExactVariant[] {
  return supportedVariants(adapter).filter(
    (variant): variant is ExactVariant => !isReduced(variant) && (variant === 'tiled' || !(variant in TILES)),
  );
}

/** Of the reduced {@link supportedVariants}, one for each shader. */
export function reducedOfEachShader(adapter: VariantSupport): ReducedVariant[] {
  const supported = supportedVariants(adapter);
  return [HALF_TILES, MATRIX_TILES].flatMap((tiles) => {
    const first = supported.find((variant) => variant in tiles);
    return first ? [first as ReducedVariant] : [];
  });
}

/** A shader with the sizes of one variant before it. */
export function withSizes(body: string, sizes: Record<string, number>): string {
  const lines = Object.entries(sizes).map(([name, size]) => `const ${name} = ${size}u;`);
  return `${lines.join('\n')}\n${body}`;
}
