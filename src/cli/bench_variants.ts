import {
  type KernelShape,
  type KernelVariant,
  type KernelVariants,
  MATRIX_KERNELS,
  type MatrixShape,
  shapeClass,
  usualVariant,
  variantsAt,
} from '../../shaders/variant_table';
import { layOut } from '../graphcast/model';
import { buildGraph } from '../mesh/graph';
import { trainingTerms } from '../training/loss_weights';
import { channelLayout } from '../weather/channels';
import { normalisation } from '../weather/normalisation';
import type { Gpu } from '../webgpu/device';
import { Memory } from '../webgpu/memory';
import { paperGpu } from '../webgpu/paper_gpu';
import type { ElementType } from '../webgpu/tensor';
import { Stopwatch } from '../webgpu/timing';
import { chosenTable, heaviest, variedWorks } from '../webgpu/variant_choice';
import { measureVariants } from '../webgpu/variant_times';
import type { ShapeResult } from './bench_result';
import { UsageError } from './options';
import type { PresetSetting } from './preset_setting';

/**
 * Shapes from `8192x512x512` or several with commas between (rows x inner x columns), for both matrix kernels.
 * @throws UsageError on anything else
 */
export function parseShapes(text: string, element: ElementType): MatrixShape[] {
  return text.split(',').flatMap((part) => {
    const sizes = /^(\d+)x(\d+)x(\d+)$/.exec(part.trim())?.slice(1).map(Number);
    if (!sizes || sizes.includes(0)) {
      throw new UsageError(`--shape is '${text}', expected rows x inner x columns such as 8192x512x512.`);
    }
    const [rows, inner, columns] = sizes;
    return bothKernels({ rows, inner, columns, element });
  });
}

const bothKernels = (shape: Omit<MatrixShape, 'kernel'>): MatrixShape[] =>
  MATRIX_KERNELS.map((kernel) => ({ kernel, ...shape }));

/**
 * The shapes that make up most of a preset's training step on an adapter, each with the most rows of its class; the
 * mesh's edges, all at once, among them.
 */
export function presetShapes(gpu: Gpu, setting: PresetSetting, activations: ElementType): KernelShape[] {
  const { config, grid, task } = setting;
  const channels = channelLayout(task);
  const graph = buildGraph({
    ...grid,
    meshSize: config.mesh_size,
    radiusQueryFractionEdgeLength: config.radius_query_fraction_edge_length,
    mesh2gridEdgeNormalizationFactor: config.mesh2grid_edge_normalization_factor,
  });
  const { isSoftware, subgroupSize } = gpu.adapter;
  const maxBufferSize = Number.POSITIVE_INFINITY;
  const paper = paperGpu({ maxBinding: gpu.maxBinding, maxBufferSize, isSoftware, subgroupSize });
  const unit = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
  const { plan } = layOut(paper, new Memory(paper), {
    config,
    channels,
    graph,
    normalisation: normalisation(channels, unit),
    training: trainingTerms(grid, channels, false),
    activations,
  });
  const latent = config.latent_size;
  const edges = { rows: graph.mesh.senders.length, inner: latent, columns: latent, element: activations };
  const recorded = variedWorks(plan.programs.values());
  const largest = new Map<string, KernelShape>();
  for (const shape of [...recorded.map((work) => work.shape), ...bothKernels(edges)]) {
    const before = largest.get(shapeClass(shape));
    if (!before || before.rows < shape.rows) largest.set(shapeClass(shape), shape);
  }
  return heaviest(recorded).map((shape) => largest.get(shapeClass(shape))!);
}

export interface VariantSettings {
  runs: number;
  seconds: number;
  /** Shapes are cut to so many rows. */
  mostRows: number;
  onShape: (result: ShapeResult) => void;
}

/** Measures every variant that may be chosen on the adapter at each shape. */
export async function measureShapes(
  gpu: Gpu,
  shapes: readonly KernelShape[],
  { runs, seconds, mostRows, onShape }: VariantSettings,
): Promise<ShapeResult[]> {
  const watch = new Stopwatch(gpu);
  const results: ShapeResult[] = [];
  try {
    for (const shape of shapes) {
      const cut = { ...shape, rows: Math.min(shape.rows, mostRows) };
      const limits = { turns: runs, seconds, everything: true };
      const usual = usualVariant(gpu.adapter, shape);
      const variants = { usual, candidates: variantsAt(gpu.adapter, shape) };
      const {
        shape: measured,
        times,
        faults,
        ...work
      } = await measureVariants(gpu, watch, cut, variants, limits);
      const [timings, faulty] = [Object.fromEntries(times), Object.fromEntries(faults)];
      results.push({ ...measured, ...work, variants: timings, faults: faulty });
      onShape(results.at(-1)!);
    }
    return results;
  } finally {
    watch.destroy();
  }
}

/** The fastest variant of each measured shape's class. */
export function tableOf(gpu: Gpu, results: readonly ShapeResult[]): KernelVariants {
  return chosenTable(
    gpu,
    results.map(({ variants, ...shape }) => ({
      shape,
      times: new Map(
        Object.entries(variants) as [KernelVariant, NonNullable<(typeof variants)['register']>][],
      ),
    })),
  );
}
