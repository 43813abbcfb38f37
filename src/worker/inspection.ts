/**
 * Looking into the network that forecasts are made with: what it passes along its mesh, and what a forecast depends on.
 * It has a model of its own, built for gradients whatever the run's is, on which training can go on meanwhile.
 */
import { DatasetError } from '../errors';
import { modelGraph } from '../graphcast/create_model';
import { readNorms } from '../graphcast/inspection';
import { Model } from '../graphcast/model';
import type { GraphCastGraph } from '../mesh/graph';
import { multiMeshLevels } from '../mesh/multi_mesh';
import { gridPositions, nearestNode } from '../mesh/positions';
import { channelWeights, trainingTerms } from '../training/loss_weights';
import { lossFromSums, RolloutLoss } from '../training/rollout_loss';
import type { RunConfig } from '../training/run_config';
import { type Sensitivity, sensitivity, withoutTargets } from '../training/sensitivity';
import { type ChannelLayout, channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { normalisation } from '../weather/normalisation';
import type { Statistics } from '../weather/statistics';
import { WindowReader } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { measuredVariants } from './measured_variants';
import type {
  FieldName,
  NetworkGraph,
  NetworkReadings,
  SensitivityField,
  SensitivityQuestion,
  SensitivitySummary,
  WorkProgress,
} from './protocol';

/** What the inspected model may take beside everything else, bytes; more is refused with what it would need. */
const MOST_BYTES = 4 * 2 ** 30;
/** Longest lead time of a sensitivity, in steps. */
const MOST_STEPS = 4;

/** The network as it is now. */
export interface CurrentNetwork {
  config: RunConfig;
  dataset: Dataset;
  statistics: Statistics;
  parameters: ReadonlyMap<string, Float32Array>;
  /** What made the parameters: 'update 120', a checkpoint's name. */
  name: string;
}

interface Built {
  key: string;
  dataset: Dataset;
  statistics: Statistics;
  gpu: Gpu;
  graph: GraphCastGraph;
  model: Model;
  executor: Executor;
  losses: RolloutLoss;
  reader: WindowReader;
}

export class Inspection {
  private built: Built | undefined;
  private found: { sensitivity: Sensitivity; layout: ChannelLayout; deviations: Float32Array } | undefined;

  /** The graph alone, to draw it: no device is needed. */
  graph(config: RunConfig, dataset: Dataset): NetworkGraph {
    const { model } = config;
    const isBuilt = this.built?.dataset === dataset && this.built.key === keyOf(config);
    const graph = isBuilt ? this.built!.graph : modelGraph(model, dataset);
    const { gridNodes, meshNodes, meshVertices, grid2mesh, mesh, mesh2grid } = graph;
    const ends = ({ senders, receivers }: GraphCastGraph['mesh']) => ({ senders, receivers });
    return {
      meshSize: model.mesh_size,
      steps: model.gnn_msg_steps,
      latentSize: model.latent_size,
      gridNodes,
      meshNodes,
      vertices: meshVertices,
      levels: multiMeshLevels(model.mesh_size),
      grid2mesh: ends(grid2mesh),
      mesh: ends(mesh),
      mesh2grid: ends(mesh2grid),
    };
  }

  /**
   * Runs one step forward from an initial frame and, where the data hold its truth, the loss's gradient back.
   * @throws DatasetError when there is no frame 6 h before the initial one; DeviceError when the model is too large
   */
  async read(gpu: Gpu, network: CurrentNetwork, initialFrame: number): Promise<NetworkReadings> {
    const { model, losses, reader, graph } = await this.build(gpu, network);
    const isTrue = reader.windows().hasWindow(initialFrame - 1, 3);
    const window = isTrue
      ? await reader.read(initialFrame - 1, 1)
      : withoutTargets(await reader.readInitial(initialFrame - 1, 1), 1);
    await losses.begin(1);
    await losses.add(window, 1, isTrue);
    const { messages, nodes, gradients } = await readNorms(model.memory, model.norms!, graph.mesh);
    const { channels, gridNodes } = model;
    const sums = await model.memory.read(model.sums);
    const weights = channelWeights(channels, network.config.variable_weights);
    const { loss } = lossFromSums(sums, channels, weights, gridNodes, 1);
    return {
      initialFrame,
      parameters: network.name,
      messages,
      nodes,
      gradients: isTrue ? gradients : null,
      loss: isTrue ? loss : null,
    };
  }

  /**
   * The gradient of one forecast number with respect to the initial state; {@link field} gives it field by field.
   * @param signal ends the work with its reason
   * @throws DatasetError when the forecast does not predict the field, or there is no frame 6 h before the initial one
   */
  async sensitivity(
    gpu: Gpu,
    network: CurrentNetwork,
    question: SensitivityQuestion,
    signal: AbortSignal,
    onProgress: (progress: WorkProgress) => void,
  ): Promise<SensitivitySummary> {
    const { initialFrame, steps, longitude, latitude, ...field } = question;
    const { model, losses, reader, executor } = await this.build(gpu, network);
    const { channels, gridNodes } = model;
    const { latitudes, longitudes } = network.dataset;
    const node = nearestNode(gridPositions(latitudes, longitudes).vectors, longitude, latitude);
    const weights = new Float32Array(channels.state.length * gridNodes);
    weights[channelOf(channels, field) * gridNodes + node] = 1;
    const window = await reader.readInitial(initialFrame - 1, steps);

    const total = 3 * steps - 1;
    const start = performance.now();
    let done = 0;
    const onPass = () => {
      signal.throwIfAborted();
      const perSecond = (1000 * done) / Math.max(1, performance.now() - start);
      onProgress({ done, total, unit: 'passes', perSecond, secondsLeft: (total - done) / perSecond });
      done++;
    };
    const found = await sensitivity(model, losses, window, steps, weights, onPass);
    await executor.finish();
    const { inputScale } = normalisation(channels, network.statistics);
    const deviations = Float32Array.from(channels.state, (_, plane) => {
      const input = channels.inputs.findIndex(
        (channel) => channel.source === 'state' && channel.plane === plane,
      );
      return input < 0 ? 0 : inputScale[input];
    });
    this.found = { sensitivity: found, layout: channels, deviations };
    return {
      ...field,
      initialFrame,
      steps,
      parameters: network.name,
      longitude: longitudes[node % longitudes.length],
      latitude: latitudes[Math.floor(node / longitudes.length)],
    };
  }

  /**
   * One field of the last sensitivity, [lat, lon], per stored unit of the input.
   * @throws DatasetError when there is none, or the field is no part of the state
   */
  field(name: FieldName, frame: 'previous' | 'last'): SensitivityField {
    if (!this.found) throw new DatasetError('There is no sensitivity yet: compute one in the Network room.');
    const { sensitivity, layout, deviations } = this.found;
    const channel = channelOf(layout, name);
    const plane = sensitivity[frame].length / layout.state.length;
    return {
      values: sensitivity[frame].slice(channel * plane, (channel + 1) * plane),
      deviation: deviations[channel],
    };
  }

  /** Frees the device; `everything` also forgets what was found, which belongs to data that are not open any more. */
  drop(everything = false): void {
    this.built?.model.destroy();
    this.forget();
    if (everything) this.found = undefined;
  }

  /** The device is gone, and the model with it. */
  forget(): void {
    this.built = undefined;
  }

  /** The model for this network, with its parameters as they are now. */
  private async build(gpu: Gpu, network: CurrentNetwork): Promise<Built> {
    const { config, dataset, statistics, parameters } = network;
    const key = keyOf(config);
    const { built } = this;
    const fits =
      built?.key === key && built.gpu === gpu && built.dataset === dataset && built.statistics === statistics;
    if (!fits) {
      if (built?.gpu === gpu) this.drop();
      const graph = modelGraph(config.model, dataset);
      const channels = channelLayout(config.task);
      const reader = new WindowReader(dataset, config.task, channels);
      const model = await Model.create(gpu, {
        config: config.model,
        channels,
        graph,
        normalisation: normalisation(channels, statistics),
        training: trainingTerms(dataset, channels, true, config.variable_weights),
        inspected: true,
        memoryBudget: MOST_BYTES,
        variant: config.kernel_variant ?? measuredVariants(gpu),
      });
      const executor = new Executor(gpu);
      const losses = new RolloutLoss(model, executor, MOST_STEPS);
      this.built = { key, dataset, statistics, gpu, graph, model, executor, losses, reader };
    }
    this.built!.model.writeParameters(parameters);
    return this.built!;
  }
}

/** What the model and its graph follow from, beside data and statistics. */
function keyOf({ task, model, kernel_variant, variable_weights }: RunConfig): string {
  return JSON.stringify([task, model, kernel_variant, variable_weights]);
}

function channelOf(layout: ChannelLayout, { variable, level }: FieldName): number {
  const channel = layout.state.findIndex((c) => c.variable === variable && c.level === level);
  if (channel >= 0) return channel;
  const where = level === null ? '' : ` at ${level} hPa`;
  throw new DatasetError(`The network does not predict '${variable}'${where}: choose another field.`);
}
