/** Makes a new run of the page's settings and what is open. */
import { requireWindows } from '../training/window_sequence';
import { channelLayout } from '../weather/channels';
import { normalisation } from '../weather/normalisation';
import type { OpenData } from './open_data';
import type { TrainingSettings, WorkProgress } from './protocol';
import type { RunKeeper } from './run_keeper';
import { aboutRun, firstParameters, runConfig, startOf, validateEvery, validationOf } from './run_setup';
import type { RunParts } from './training_run';

export interface NewRunListener {
  /** Of the statistics. */
  progress(progress: WorkProgress): void;
  notice(message: string): void;
}

/**
 * @param signal ends the work with its reason
 * @throws DatasetError, CheckpointError or ConfigError when settings, data and checkpoint do not go together
 */
export async function newRunParts(
  data: OpenData,
  settings: TrainingSettings,
  keeper: RunKeeper,
  signal: AbortSignal,
  listener: NewRunListener,
): Promise<RunParts> {
  const config = runConfig(data, settings);
  const { dataset } = data;
  const checkpoint = startOf(data, settings);
  requireWindows(dataset, config);
  const begun = performance.now();
  const onProgress = (done: number, total: number) => {
    const perSecond = (1000 * done) / (performance.now() - begun);
    listener.progress({ done, total, unit: 'frames', perSecond, secondsLeft: (total - done) / perSecond });
  };
  const statistics = await data.statistics(config, { signal, onProgress });
  signal.throwIfAborted();
  if (data.hasGivenStatistics) {
    const { missing } = normalisation(channelLayout(config.task), statistics);
    if (missing.length > 0) listener.notice(missingStatistics(missing));
  }
  return {
    ...{ dataset, statistics, config, keeper },
    start: { parameters: firstParameters(config, checkpoint) },
    about: aboutRun(data, checkpoint),
    validation: validationOf(dataset, config, statistics, validateEvery(settings)),
  };
}

function missingStatistics(missing: string[]): string {
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `The statistics lack ${missing.slice(0, 3).join(', ')}${more}: these fields reach the network as they are.`;
}
