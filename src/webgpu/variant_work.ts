import { layerNorm, layerNormBackward } from '../../shaders/layer_norm/layer_norm';
import { layerNormSum } from '../../shaders/layer_norm_sum/layer_norm_sum';
import { linear } from '../../shaders/linear/linear';
import { linearBackwardWeights, weightPartials } from '../../shaders/linear/linear_backward_weights';
import type {
  KernelShape,
  KernelVariant,
  MatrixShape,
  NormShape,
  VariedDispatch,
} from '../../shaders/variant_table';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import { list, matrix, rowBytes, type Tensor } from './tensor';

/** What a kernel runs on to be measured. */
export interface VariantWork {
  /** As it is measured. */
  shape: KernelShape;
  flops: number;
  bytes: number;
  /** Those to fill, with noise where there is nothing else. */
  tensors: Map<Tensor, Uint32Array | undefined>;
  /** What variants must agree in. */
  output: Tensor;
  record: (variant: KernelVariant) => Dispatch[];
}

/** A kernel at a shape, with what surrounds it mostly in the network; its rows are cut where a binding could not hold them. */
export function variantWork(gpu: Gpu, shape: KernelShape): VariantWork {
  const widest = Math.max(
    ...[shape.inner, shape.columns ?? 0].map((width) => rowBytes(matrix('', 1, width, shape.element))),
  );
  const rows = Math.max(1, Math.min(shape.rows, Math.floor(gpu.maxBinding / widest)));
  const { recorded, output, filled } =
    shape.columns === undefined ? normWork({ ...shape, rows }) : matrixWork({ ...shape, rows });
  const { flops, bytes } = recorded;
  const tensors = new Map<Tensor, Uint32Array | undefined>();
  for (const tensor of Object.values(recorded.tensors)) if (tensor) tensors.set(tensor, filled?.get(tensor));
  return {
    shape: recorded.shape,
    flops,
    bytes,
    tensors,
    output,
    record: (variant) => recorded.withVariant(variant),
  };
}

interface Recorded {
  recorded: VariedDispatch;
  output: Tensor;
  filled?: Map<Tensor, Uint32Array>;
}

function matrixWork({ kernel, rows, inner, columns, element }: MatrixShape): Recorded {
  const x = matrix('measured x', rows, inner, element);
  const y = matrix('measured y', rows, columns, element);
  if (kernel === 'linear') {
    const w = matrix('measured w', x.stride, columns);
    const bias = matrix('measured bias', 1, columns);
    return { recorded: linear({ y, x, w, bias, activation: 'swish' }), output: y };
  }
  const { chunks, width } = weightPartials(x, y);
  const partial = matrix('measured partial', chunks, width);
  return { recorded: linearBackwardWeights({ partial, x, dy: y, withBias: true }), output: partial };
}

/** Edges that a mesh node receives on the average, and about as many as others. */
const DEGREE = 8;

function normWork({ kernel, rows, inner, element }: NormShape): Recorded {
  const [x, residual, sum] = ['x', 'residual', 'sum'].map((name) =>
    matrix(`measured ${name}`, rows, inner, element),
  );
  const [scale, offset] = ['scale', 'offset'].map((name) => matrix(`measured ${name}`, 1, inner));
  const statistics = matrix('measured statistics', rows, 2);
  if (kernel === 'layer_norm') {
    return { recorded: layerNorm({ sum, statistics, x, residual, scale, offset }), output: sum };
  }
  if (kernel === 'layer_norm_backward') {
    const dy = residual;
    return { recorded: layerNormBackward({ dx: sum, x, statistics, scale, dy }), output: sum };
  }
  const segments = Math.ceil(rows / DEGREE);
  const out = matrix('measured sums', segments, inner, element);
  const y = matrix('measured messages', rows, inner, element);
  const starts = list('measured starts', segments + 1);
  const filled = new Map([
    [starts, Uint32Array.from({ length: segments + 1 }, (_, i) => Math.min(rows, i * DEGREE))],
  ]);
  return {
    recorded: layerNormSum({ out, y, sum, statistics, x, residual, scale, offset, starts }),
    output: out,
    filled,
  };
}
