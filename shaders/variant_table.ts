import type { Dispatch } from '../src/webgpu/kernel';
import { type ElementType, padded } from '../src/webgpu/tensor';
import {
  defaultNorm,
  NORM_KERNELS,
  NORM_VARIANTS,
  type NormKernel,
  type NormVariant,
  supportedNorms,
} from './layer_norm/norm_variant';
import {
  defaultVariant,
  eligibleVariants,
  LINEAR_VARIANTS,
  type LinearVariant,
  type VariantSupport,
} from './linear/variant';

/** Kernels with variants. */
export const MATRIX_KERNELS = ['linear', 'linear_backward_weights'] as const;
export type MatrixKernel = (typeof MATRIX_KERNELS)[number];

/** What decides which variant of a matrix kernel is fastest: x [rows, inner] meets a matrix with `columns` columns. */
export interface MatrixShape {
  kernel: MatrixKernel;
  rows: number;
  inner: number;
  columns: number;
  /** Of x. */
  element: ElementType;
}

/** What decides it for a kernel that normalises rows: x [rows, inner]. */
export interface NormShape {
  kernel: NormKernel;
  rows: number;
  inner: number;
  columns?: undefined;
  element: ElementType;
}

export type KernelShape = MatrixShape | NormShape;
export type KernelVariant = LinearVariant | NormVariant;

/**
 * The variant of each shape class (`linear 65536x512x512`: kernel, rows x inner x columns; `layer_norm 65536x512`), and
 * of every other matrix product under `default`.
 */
export type VariantTable = Readonly<Record<string, KernelVariant>> & { readonly default: LinearVariant };

/** One variant for all matrix products, or one for each shape class. */
export type KernelVariants = LinearVariant | VariantTable;

/** Rows of the smallest and the largest class: what is smaller or larger behaves like them. */
const LEAST_ROWS = 4 ** 4;
const MOST_ROWS = 4 ** 8;

/** The shape that stands for a class: its rows are the nearest power of four, so that a model has few classes. */
export function representative(shape: KernelShape): KernelShape {
  const nearest = 4 ** Math.round(Math.log(Math.max(1, shape.rows)) / Math.log(4));
  const rows = Math.min(Math.max(nearest, LEAST_ROWS), MOST_ROWS);
  const inner = padded(shape.inner);
  return isMatrixShape(shape)
    ? { ...shape, rows, inner, columns: padded(shape.columns) }
    : { ...shape, rows, inner };
}

/** Name of a shape's class. */
export const shapeClass = (shape: KernelShape): string => shapeName(representative(shape), 'x');

/** Kernel and sizes: `linear 8192 x 512 x 512`, `layer_norm 8192 x 512 bfloat16`. */
export function shapeName({ kernel, rows, inner, columns, element }: KernelShape, times = ' x '): string {
  const sizes = [rows, inner, columns].filter((size) => size !== undefined).join(times);
  return `${kernel} ${sizes}${element === 'float32' ? '' : ` ${element}`}`;
}

/**
 * The variant for a shape: its class's, else that of the class with the same inner size and columns whose rows are
 * nearest, else the table's or the adapter's default.
 */
export function variantFor(
  adapter: VariantSupport & { isSoftware: boolean },
  variants: KernelVariants,
  shape: KernelShape,
): KernelVariant {
  const fallback = usualVariant(adapter, shape);
  if (typeof variants === 'string') return isMatrixShape(shape) ? variants : fallback;
  const { rows } = representative(shape);
  for (let factor = 1; factor <= MOST_ROWS / LEAST_ROWS; factor *= 4) {
    for (const near of [rows * factor, rows / factor]) {
      const found = variants[shapeClass({ ...shape, rows: near })];
      if (found) return found;
    }
  }
  return isMatrixShape(shape) ? variants.default : fallback;
}

/** The variant that a kernel takes on an adapter where nothing else is known. */
export function usualVariant(
  adapter: VariantSupport & { isSoftware: boolean },
  shape: KernelShape,
): KernelVariant {
  return isMatrixShape(shape) ? defaultVariant(adapter) : defaultNorm(adapter, shape.kernel, shape.inner);
}

/** The variants that may be chosen for a shape on an adapter. */
export function variantsAt(adapter: VariantSupport, shape: KernelShape): KernelVariant[] {
  return isMatrixShape(shape)
    ? eligibleVariants(adapter, shape.element)
    : supportedNorms(shape.kernel, shape.inner);
}

/** A recorded kernel that has variants, and what takes its place where it is to be another. */
export interface VariedDispatch extends Dispatch {
  shape: KernelShape;
  variant: KernelVariant;
  withVariant(variant: KernelVariant): Dispatch[];
}

export const isVaried = (dispatch: Dispatch): dispatch is VariedDispatch => 'withVariant' in dispatch;
export const isMatrixShape = (shape: KernelShape): shape is MatrixShape => shape.columns !== undefined;

export const isNormVariant = (variant: KernelVariant): variant is NormVariant =>
  (NORM_VARIANTS as readonly string[]).includes(variant);

/** Whether a value from a file is one variant or a table of them. */
export function isKernelVariants(value: unknown): value is KernelVariants {
  const isOne = (names: readonly unknown[], name: unknown) => names.includes(name);
  if (typeof value !== 'object' || value === null) return isOne(LINEAR_VARIANTS, value);
  const isNorm = (key: string) => isOne(NORM_KERNELS, key.split(' ')[0]);
  return (
    'default' in value &&
    Object.entries(value).every(([key, name]) => isOne(isNorm(key) ? NORM_VARIANTS : LINEAR_VARIANTS, name))
  );
}
