import type { Dispatch } from '../../src/webgpu/kernel';
import { type ElementType, padded } from '../../src/webgpu/tensor';
import { LINEAR_VARIANTS, type LinearVariant } from './variant';

/** What decides which variant is fastest: x [rows, inner] meets a matrix with `columns` columns. */
export interface MatrixShape {
  kernel: 'linear' | 'linear_backward_weights';
  rows: number;
  inner: number;
  columns: number;
  /** Of x. */
  element: ElementType;
}

/**
 * The variant of each shape class (`linear 65536x512x512`: kernel, rows x inner x columns), and of everything else
 * under `default`.
 */
export type VariantTable = Readonly<Record<string, LinearVariant>> & { readonly default: LinearVariant };

/** One variant for everything, or one for each shape class. */
export type KernelVariants = LinearVariant | VariantTable;

/** Rows of the smallest and the largest class: what is smaller or larger behaves like them. */
const LEAST_ROWS = 4 ** 4;
const MOST_ROWS = 4 ** 8;

/** The shape that stands for a class: its rows are the nearest power of four, so that a model has few classes. */
export function representative(shape: MatrixShape): MatrixShape {
  const nearest = 4 ** Math.round(Math.log(Math.max(1, shape.rows)) / Math.log(4));
  return {
    ...shape,
    rows: Math.min(Math.max(nearest, LEAST_ROWS), MOST_ROWS),
    inner: padded(shape.inner),
    columns: padded(shape.columns),
  };
}

/** Name of a shape's class. */
export function shapeClass(shape: MatrixShape): string {
  const { kernel, rows, inner, columns, element } = representative(shape);
  return `${kernel} ${rows}x${inner}x${columns}${element === 'float32' ? '' : ` ${element}`}`;
}

/**
 * The variant for a shape: its class's, else that of the class with the same inner size and columns whose rows are
 * nearest, else the default.
 */
export function variantFor(variants: KernelVariants, shape: MatrixShape): LinearVariant {
  if (typeof variants === 'string') return variants;
  const { rows } = representative(shape);
  for (let factor = 1; factor <= MOST_ROWS / LEAST_ROWS; factor *= 4) {
    for (const near of [rows * factor, rows / factor]) {
      const found = variants[shapeClass({ ...shape, rows: near })];
      if (found) return found;
    }
  }
  return variants.default;
}

/** A recorded product, and the same one by another variant. */
export interface MatrixDispatch extends Dispatch {
  shape: MatrixShape;
  variant: LinearVariant;
  withVariant(variant: LinearVariant): MatrixDispatch;
}

export const isMatrixDispatch = (dispatch: Dispatch): dispatch is MatrixDispatch => 'withVariant' in dispatch;

/** Whether a value from a file is one variant or a table of them. */
export function isKernelVariants(value: unknown): value is KernelVariants {
  const known = (name: unknown) => (LINEAR_VARIANTS as readonly unknown[]).includes(name);
  if (typeof value !== 'object' || value === null) return known(value);
  return 'default' in value && Object.values(value).every(known);
}
