/**
 * The golden sets (`src/golden/`): checkpoints and data that the public reference wrote, and what it computed from
 * them, ready for tests.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildGraph, type GraphCastGraph } from '../mesh/graph';
import { type ChannelLayout, channelLayout } from '../weather/channels';
import { openDataset } from '../weather/dataset';
import { type Normalisation, normalisation } from '../weather/normalisation';
import { readStatistics } from '../weather/statistics';
import { type Window, WindowReader } from '../weather/windows';
import { type Checkpoint, readCheckpoint } from './checkpoint';
import { type NpyArray, readNpz } from './npz';

export type GoldenName = 'tiny' | 'task13';

export interface GoldenSet {
  checkpoint: Checkpoint;
  graph: GraphCastGraph;
  layout: ChannelLayout;
  normalisation: Normalisation;
  /** The window of the file's last `steps` + 2 frames. */
  window(steps: number): Promise<Window>;
  /** Measured values by their key in `expected.npz`. */
  expected: Map<string, NpyArray>;
}

/** Path of a file in a golden set. */
export function goldenPath(set: GoldenName, file: string): string {
  return fileURLToPath(new URL(`../golden/${set}/${file}`, import.meta.url));
}

export async function goldenSet(set: GoldenName): Promise<GoldenSet> {
  const checkpoint = readCheckpoint(readFileSync(goldenPath(set, 'checkpoint.npz')), `${set}/checkpoint.npz`);
  const dataset = await openDataset(goldenPath(set, 'dataset.nc'));
  const statistics = await readStatistics({
    mean: goldenPath(set, 'stats/mean_by_level.nc'),
    stddev: goldenPath(set, 'stats/stddev_by_level.nc'),
    diffsStddev: goldenPath(set, 'stats/diffs_stddev_by_level.nc'),
  });
  const layout = channelLayout(checkpoint.task);
  const reader = new WindowReader(dataset, checkpoint.task, layout);
  const { modelConfig } = checkpoint;
  return {
    checkpoint,
    graph: buildGraph({
      latitudes: dataset.latitudes,
      longitudes: dataset.longitudes,
      meshSize: modelConfig.mesh_size,
      radiusQueryFractionEdgeLength: modelConfig.radius_query_fraction_edge_length,
      mesh2gridEdgeNormalizationFactor: modelConfig.mesh2grid_edge_normalization_factor,
    }),
    layout,
    normalisation: normalisation(layout, statistics),
    window: (steps) => reader.read(dataset.times.length - 2 - steps, steps),
    expected: readNpz(readFileSync(goldenPath(set, 'expected.npz')), `${set}/expected.npz`),
  };
}
