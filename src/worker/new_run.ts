/** Makes a new run of the page's settings and what is open. */
import { requireWindows } from '../training/window_sequence';
import { type Channel, channelLayout, channelsInWords } from '../weather/channels';
import { completeStatistics } from '../weather/missing_statistics';
import { normalisation } from '../weather/normalisation';
import { periodNamed } from '../weather/periods';
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
  const options = { signal, onProgress };
  let statistics = await data.statistics(config, options);
  if (data.hasGivenStatistics) {
    const period = periodNamed(config.periods, 'train');
    const { computed, ...complete } = await completeStatistics(statistics, dataset, config.task, {
      ...options,
      period,
    });
    statistics = complete.statistics;
    if (computed.length > 0) listener.notice(computedStatistics(computed));
    const { missing } = normalisation(channelLayout(config.task), statistics);
    if (missing.length > 0) listener.notice(missingStatistics(missing));
  }
  signal.throwIfAborted();
  return {
    ...{ dataset, statistics, config, keeper },
    start: { parameters: firstParameters(config, checkpoint) },
    about: aboutRun(data, checkpoint),
    validation: validationOf(dataset, config, statistics, validateEvery(settings)),
  };
}

function computedStatistics(computed: Channel[]): string {
  return `The statistics files lack ${channelsInWords(computed)}: computed from the data.`;
}

function missingStatistics(missing: string[]): string {
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `The statistics lack ${missing.slice(0, 3).join(', ')}${more}: these fields reach the network as they are.`;
}
