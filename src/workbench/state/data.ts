/** What is open: a dataset, and perhaps statistics and a checkpoint. */
import { create } from 'zustand';
import type { CheckpointSummary, DatasetSource, DatasetSummary } from '../../worker/protocol';
import { engine } from './engine';
import { forgetForecasts } from './forecast';
import { reportError } from './notices';
import { useView } from './view';

interface Data {
  dataset: DatasetSummary | null;
  checkpoint: CheckpointSummary | null;
  /** Names of the statistics files; null when they are computed from the data. */
  statistics: string[] | null;
  /** What is being opened. */
  opening: string | null;
}

export const useData = create<Data>(() => ({
  dataset: null,
  checkpoint: null,
  statistics: null,
  opening: null,
}));

/** Opens a dataset and turns the globe to it; an unreadable one leaves the open one as it is. */
export async function openDataset(source: DatasetSource): Promise<void> {
  const name = 'file' in source ? source.file.name : 'url' in source ? source.url : 'synthetic sample';
  await opening(name, async () => {
    const dataset = await engine.call('openDataset', source);
    forgetForecasts();
    useView.setState({ ...firstView(dataset), playing: false });
    useData.setState({ dataset });
  });
}

/** Sorts dropped or picked files by what they are: .npz checkpoint, statistics, or dataset. */
export async function openFiles(files: File[]): Promise<void> {
  const checkpoints = files.filter((file) => file.name.endsWith('.npz'));
  const statistics = files.filter((file) => isStatistics(file.name));
  const datasets = files.filter((file) => !checkpoints.includes(file) && !statistics.includes(file));
  for (const file of datasets.slice(0, 1)) await openDataset({ file });
  if (statistics.length > 0) {
    await opening('statistics', async () => {
      const { names } = await engine.call('useStatistics', { files: statistics });
      useData.setState({ statistics: names });
    });
  }
  for (const file of checkpoints.slice(0, 1)) {
    await opening(file.name, async () => {
      useData.setState({ checkpoint: await engine.call('openCheckpoint', { file }) });
    });
  }
}

/** Statistics are computed from the data again. */
export async function closeStatistics(): Promise<void> {
  await engine.call('useStatistics', { files: [] }).catch(reportError);
  useData.setState({ statistics: null });
}

export async function closeCheckpoint(): Promise<void> {
  await engine.call('closeCheckpoint').catch(reportError);
  useData.setState({ checkpoint: null });
}

/** GraphCast's statistics are three files: mean_by_level, stddev_by_level and diffs_stddev_by_level. */
function isStatistics(name: string): boolean {
  return /^(diffs_)?(mean|stddev)_by_level\.nc$/.test(name);
}

async function opening(name: string, open: () => Promise<void>): Promise<void> {
  useData.setState({ opening: name });
  try {
    await open();
  } catch (error) {
    reportError(error);
  } finally {
    useData.setState({ opening: null });
  }
}

/** The shown field and times as far as the new data have them, else the nearest that they have. */
function firstView(dataset: DatasetSummary): Partial<ReturnType<typeof useView.getState>> {
  const view = useView.getState();
  const { times, initialFrames } = dataset;
  const variable = dataset.variables.some(({ name }) => name === view.variable)
    ? view.variable
    : (dataset.targetVariables[0] ?? dataset.variables[0].name);
  const initialTime = times.includes(view.initialTime ?? Number.NaN)
    ? view.initialTime
    : times[initialFrames[0] ?? 0];
  return {
    variable,
    level: nearestLevel(dataset, variable, view.level),
    initialTime,
    leadHours: clampLead(dataset, initialTime!, view.leadHours),
  };
}

function clampLead(dataset: DatasetSummary, initialTime: number, leadHours: number): number {
  const longest = (dataset.times[dataset.times.length - 1] - initialTime) / 3600;
  return Math.max(0, Math.min(leadHours, longest));
}

/** The level of `variable` nearest to `level`; null when it has none. */
export function nearestLevel(dataset: DatasetSummary, variable: string, level: number | null): number | null {
  const info = dataset.variables.find(({ name }) => name === variable);
  if (!info?.hasLevel || dataset.levels.length === 0) return null;
  const wanted = level ?? 500;
  return dataset.levels.reduce((best, next) =>
    Math.abs(next - wanted) < Math.abs(best - wanted) ? next : best,
  );
}
