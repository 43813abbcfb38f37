/** From the page's few settings to a complete run: task, sizes, schedule, first parameters. */
import { type Checkpoint, checkFits, FRESH_LICENSE } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { completeRunConfig, presetModel, type RunConfig, warmUpCosine } from '../training/run_config';
import { channelLayout } from '../weather/channels';
import { taskFromDataset } from '../weather/task';
import type { OpenData } from './open_data';
import type { TrainingSettings } from './protocol';

/**
 * The run that the settings ask for on the open data: everything that the data hold, in the preset's network with the
 * chosen sizes. With a checkpoint, task and network are the checkpoint's.
 * @throws DatasetError, CheckpointError or ConfigError when settings, data and checkpoint do not go together
 */
export function runConfig(data: OpenData, settings: TrainingSettings): RunConfig {
  const { dataset, checkpoint } = data;
  if (checkpoint) checkFits(checkpoint, data.checkpointName!, dataset);
  const { preset, latentSize, meshSize, messageSteps, learningRate, updates, seed, periods, sampling } =
    settings;
  const sizes = { latent_size: latentSize, mesh_size: meshSize, gnn_msg_steps: messageSteps };
  const model = checkpoint?.modelConfig ?? { ...presetModel(preset), ...sizes };
  const task = checkpoint?.task ?? taskFromDataset(dataset);
  const phases = warmUpCosine(updates, learningRate);
  return completeRunConfig({ phases, seed, periods, sampling }, { task, model, updates });
}

/** A checkpoint's parameters, else fresh ones from the run's seed. */
export function firstParameters(
  config: RunConfig,
  checkpoint: Checkpoint | undefined,
): Map<string, Float32Array> {
  if (checkpoint) return new Map([...checkpoint.parameters].map(([name, { data }]) => [name, data]));
  const { inputs, state } = channelLayout(config.task);
  return initialiseParameters(parameterArrays(config.model, inputs.length, state.length), config.seed);
}

/** What an exported checkpoint says of itself. */
export function aboutRun(data: OpenData): Pick<Checkpoint, 'description' | 'license'> {
  const { checkpoint, dataset } = data;
  return {
    description: checkpoint?.description ?? `Trained with GraphCast Workbench on ${dataset.name}`,
    license: checkpoint?.license ?? FRESH_LICENSE,
  };
}
