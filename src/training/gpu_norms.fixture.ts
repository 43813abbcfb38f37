import { defaultNorm } from '../../shaders/layer_norm/norm_variant';
import { defaultVariant } from '../../shaders/linear/variant';
import { isMatrixShape, shapeClass } from '../../shaders/variant_table';
import type { Gpu } from '../webgpu/device';
import type { VariantChooser } from '../webgpu/variant_choice';

/** Rows normalised, and messages added up, as on a GPU: what an adapter on the CPU would not choose. */
export const normsOfGpus =
  ({ adapter }: Pick<Gpu, 'adapter'>): VariantChooser =>
  async (works) => {
    const classes = works.flatMap(({ shape }) =>
      isMatrixShape(shape)
        ? []
        : [[shapeClass(shape), defaultNorm({ isSoftware: false }, shape.kernel, shape.inner)]],
    );
    return { ...Object.fromEntries(classes), default: defaultVariant(adapter) };
  };
