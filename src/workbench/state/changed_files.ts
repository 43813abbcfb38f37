/**
 * Opening and closing files as a user does it: what goes with the change can be put back, files, forecasts, the run that
 * led, and the view.
 */
import type { DatasetSource } from '../../worker/protocol';
import { t } from '../words/words';
import {
  checkpointTitle,
  closeCheckpoint as closeTheCheckpoint,
  closeStatistics as closeTheStatistics,
  isBusy,
  openCheckpoint,
  openStarter,
  openStatistics,
  openDataset as openTheDataset,
  openPlanet as openThePlanet,
  titleOf,
  useData,
} from './data';
import { engine } from './engine';
import { letForecastsGo, restoreForecasts, useForecasts } from './forecast';
import { notify, offerUndo, reportError } from './notices';
import { importRuns, useRuns } from './runs';
import { leadingRunId, openRun, stop, useTraining } from './training';
import { useView } from './view';

/** Opens a dataset in place of the open one. */
export function openDataset(source: DatasetSource): Promise<void> {
  return undoably(() => openTheDataset(source));
}

export function openPlanet(): Promise<void> {
  return undoably(openThePlanet);
}

export function closeCheckpoint(): Promise<void> {
  return undoably(closeTheCheckpoint);
}

export function closeStatistics(): Promise<void> {
  return undoably(closeTheStatistics);
}

/**
 * Sorts dropped or picked files by what they are: a packed run, a checkpoint (.npz), statistics, or data, which together
 * are one dataset.
 */
export async function openFiles(given: File[]): Promise<void> {
  const files = await importRuns(given);
  const checkpoints = files.filter((file) => file.name.endsWith('.npz'));
  const statistics = files.filter((file) => isStatistics(file.name));
  const datasets = files.filter((file) => !checkpoints.includes(file) && !statistics.includes(file));
  await undoably(async () => {
    if (datasets.length > 0) await openTheDataset({ files: datasets });
    if (statistics.length > 0) await openStatistics(statistics);
    for (const file of checkpoints.slice(0, 1)) await openCheckpoint(file, 'own', carryOver);
  });
}

/** Opens a checkpoint of another task than the data's, for theirs. */
function carryOver(file: File): void {
  void undoably(() => openCheckpoint(file, 'data', carryOver));
}

/** GraphCast's statistics are three files: mean_by_level, stddev_by_level and diffs_stddev_by_level. */
function isStatistics(name: string): boolean {
  return /^(diffs_)?(mean|stddev)_by_level\.nc$/.test(name);
}

type Opened = ReturnType<typeof opened>;

/** What is open, and what was made of it. */
function opened() {
  const { dataset, checkpoint, statistics, sources, shipped } = useData.getState();
  const { settings } = useTraining.getState();
  const { byInitialFrame } = useForecasts.getState();
  return {
    ...{ dataset, checkpoint, statistics, sources, shipped },
    settings,
    /** The run whose parameters forecasts used. */
    run: leadingRunId(),
    forecasts: byInitialFrame,
    view: useView.getState(),
  };
}

/** Changes what is open, and offers to put back what went with it where one click does not bring it again. */
async function undoably(change: () => Promise<void>): Promise<void> {
  const before = opened();
  await change();
  const words = whatWent(before, opened());
  if (words) offer(words, before);
  else if (before.dataset !== useData.getState().dataset) letForecastsGo('former');
}

function offer(words: string, before: Opened): void {
  offerUndo(
    'files',
    words,
    () => {
      if (isBusy()) {
        offer(words, before);
        notify('info', t('Stop the run, or let the file open, before this is undone.'));
      } else putBack(before).catch(reportError);
    },
    () => letForecastsGo('former'),
  );
}

/** In one sentence; null when nothing went that is not easily had again. */
function whatWent(before: Opened, now: Opened): string | null {
  if (before.dataset && now.dataset !== before.dataset) {
    const { checkpoint, shipped, run } = before;
    const hasCheckpoint = !checkpoint || checkpoint.starter || checkpoint === now.checkpoint;
    if (shipped && run === null && hasCheckpoint && !hasOwnForecasts(before)) return null;
    const [name, other] = [titleOf(before.dataset), titleOf(now.dataset!)];
    return Object.keys(before.forecasts).length > 0
      ? t('{name} and its forecasts made way for {other}.', { name, other })
      : t('{name} made way for {other}.', { name, other });
  }
  if (before.checkpoint && now.checkpoint !== before.checkpoint) {
    const name = checkpointTitle(before.checkpoint);
    return now.checkpoint
      ? t('{name} made way for {other}.', { name, other: checkpointTitle(now.checkpoint) })
      : t('{name} is closed.', { name });
  }
  if (before.statistics && now.statistics !== before.statistics) {
    return now.statistics
      ? t('Other statistics took the place of those that were open.')
      : t('The statistics are closed.');
  }
  return null;
}

/** Forecasts that opening the planet again does not make by itself. */
function hasOwnForecasts({ forecasts, checkpoint }: Opened): boolean {
  const made = Object.values(forecasts);
  return (
    made.length > 1 || made.some(({ parameters }) => parameters !== '' && parameters !== checkpoint?.name)
  );
}

/** Opens again what was open, with what was made of it. */
async function putBack(before: Opened): Promise<void> {
  const { sources } = before;
  const isOpen = () => useData.getState();
  const newData = sources.dataset && isOpen().sources.dataset !== sources.dataset;
  if (newData) await openTheDataset(sources.dataset!);
  if (newData && isOpen().sources.dataset !== sources.dataset) return; // it cannot be read any more, as was said
  if (before.checkpoint?.starter) {
    if (!isOpen().checkpoint?.starter) await openStarter();
  } else if (sources.checkpoint && isOpen().sources.checkpoint !== sources.checkpoint) {
    await openCheckpoint(sources.checkpoint, before.settings.task ?? 'own', carryOver);
  } else if (!before.checkpoint && isOpen().checkpoint) {
    await closeTheCheckpoint();
  }
  if (sources.statistics && isOpen().sources.statistics !== sources.statistics) {
    await openStatistics(sources.statistics);
  } else if (!sources.statistics && isOpen().statistics) {
    await closeTheStatistics();
    if (before.checkpoint?.starter) await openStarter(); // with its own
  }
  const run = useRuns.getState().runs.find(({ id }) => id === before.run);
  if (run) {
    await openRun(run);
    if (useTraining.getState().phase === 'paused') await stop();
  }
  useTraining.setState({ settings: before.settings });
  if (newData) {
    restoreForecasts(before.forecasts, await engine.call('restoreForecasts'));
    const { variable, level, layer, initialTime, leadHours, compare, pick } = before.view;
    useView.setState({ variable, level, layer, initialTime, leadHours, compare, pick });
  }
}
