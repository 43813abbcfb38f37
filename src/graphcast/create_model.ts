import { buildGraph, type GraphCastGraph } from '../mesh/graph';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { normalisation } from '../weather/normalisation';
import type { Statistics } from '../weather/statistics';
import type { Task } from '../weather/task';
import type { Gpu } from '../webgpu/device';
import type { ModelConfig } from './config';
import { Model, type ModelOptions } from './model';
import { graphSideBySide, repeated } from './side_by_side';

/**
 * The graph of a network on a grid.
 * @throws ConfigError for impossible sizes, DatasetError for an impossible grid
 */
export function modelGraph(
  config: ModelConfig,
  { latitudes, longitudes }: Pick<Dataset, 'latitudes' | 'longitudes'>,
): GraphCastGraph {
  return buildGraph({
    latitudes,
    longitudes,
    meshSize: config.mesh_size,
    radiusQueryFractionEdgeLength: config.radius_query_fraction_edge_length,
    mesh2gridEdgeNormalizationFactor: config.mesh2grid_edge_normalization_factor,
  });
}

export interface ModelRequest extends Omit<ModelOptions, 'channels' | 'graph' | 'normalisation'> {
  task: Task;
  /** The grid that the data lie on. */
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>;
  statistics: Statistics;
  /** How many windows it takes at once, side by side (`side_by_side`); 1 when left out. */
  windows?: number;
}

/**
 * A model for a task on a grid: channels, graph and normalisation follow from them.
 * @throws ConfigError for an impossible task or configuration, DatasetError for an impossible grid, DeviceError when
 *   the adapter cannot hold the model
 */
export async function createModel(gpu: Gpu, request: ModelRequest): Promise<Model> {
  const { config, task, grid, statistics, windows = 1, training, ...rest } = request;
  const channels = channelLayout(task);
  return Model.create(gpu, {
    config,
    channels,
    graph: graphSideBySide(modelGraph(config, grid), windows),
    normalisation: normalisation(channels, statistics),
    training: training && { ...training, area: repeated(training.area, windows) },
    ...rest,
  });
}
