/** What is open: a dataset, and perhaps statistics and a checkpoint. */
import { create } from 'zustand';
import { DatasetError, MisfitError } from '../../errors';
import type {
  CheckpointSummary,
  DatasetSource,
  DatasetSummary,
  TaskChoice,
  TrainingSettings,
} from '../../worker/protocol';
import { LAYERS_IN_FILE, type Place } from '../location_hash';
import { t } from '../words/words';
import { carriedCounts, carriedTo } from './carried';
import { engine } from './engine';
import { forgetForecasts, useForecasts } from './forecast';
import { divideNew } from './held_out';
import { notify, reportError } from './notices';
import { changeSetting, isRunOpen, letFilesLead, useTraining } from './training';
import { useView } from './view';

export interface Sources {
  dataset: DatasetSource | null;
  /** Null without a checkpoint, and for the starter. */
  checkpoint: File | null;
  statistics: File[] | null;
}

interface Data {
  dataset: DatasetSummary | null;
  checkpoint: CheckpointSummary | null;
  /** Names of the statistics files; null when they are computed from the data. */
  statistics: string[] | null;
  /** What all of it was opened from, to open it again. */
  sources: Sources;
  /** What is being opened. */
  opening: string | null;
  /** Address that a link asks to open from another origin; the user decides. */
  asked: string | null;
  /** The open data are the planet that comes with the page. */
  shipped: boolean;
}

export const useData = create<Data>(() => ({
  dataset: null,
  checkpoint: null,
  statistics: null,
  sources: { dataset: null, checkpoint: null, statistics: null },
  opening: null,
  asked: null,
  shipped: false,
}));

/** Nothing else can be opened now: something is being opened, or a run is going on what is open. */
export function useBusy(): boolean {
  const opening = useData((data) => data.opening !== null);
  return useTraining(({ phase }) => isRunOpen(phase)) || opening;
}

export function isBusy(): boolean {
  return useData.getState().opening !== null || isRunOpen(useTraining.getState().phase);
}

/** Weather of our own, which comes with the page: something to see and to learn from at once. */
const PLANET = { url: new URL('planet.nc', document.baseURI).href, simulated: true };

/** Of the network that was trained on two years of that planet (`tools/starter_model.mjs`). */
const STARTER = {
  checkpoint: starterFile('checkpoint.npz'),
  statistics: ['mean_by_level.nc', 'stddev_by_level.nc', 'diffs_stddev_by_level.nc'].map(starterFile),
};

/** Address of a file of the starter. */
export function starterFile(name: string): string {
  return new URL(`starter/${name}`, document.baseURI).href;
}

/**
 * Opens the planet and, for its forecasts, the network that was trained on it.
 * @param next settings of the forecast that comes next: the engine makes its network ready meanwhile
 */
export async function openPlanet(next?: TrainingSettings): Promise<void> {
  const planet = openDataset(PLANET);
  const starter = engine.call('openStarter', { ...STARTER, next });
  starter.catch(() => undefined); // said below, or what became of the planet has been
  await planet;
  if (useData.getState().shipped) await openStarter(starter);
}

/** The network that was trained on the planet, with the statistics that it was trained with. */
export async function openStarter(answer = engine.call('openStarter', STARTER)): Promise<void> {
  await opening(t('the starter model'), async () => {
    const starter = await answer;
    letFilesLead();
    // A run is for learning from the beginning, unless its user wants to go on from here.
    changeSetting('fresh', true);
    setSource({ checkpoint: null, statistics: null }, { checkpoint: starter, statistics: null });
  });
}

/** Opens a dataset and turns the globe to it; an unreadable one leaves the open one as it is. */
export async function openDataset(source: DatasetSource): Promise<void> {
  const name = nameOf(source);
  useData.setState({ asked: null });
  await opening(name, async () => {
    const dataset = await engine.call('openDataset', source);
    divideNew(dataset.times);
    forgetForecasts();
    const view = useView.getState();
    useView.setState({ ...fittedView(dataset, view), ...layersInFile(view), playing: false });
    // The engine drops the starter with its planet.
    const left = useData.getState().checkpoint?.starter ? { checkpoint: null } : {};
    setSource({ dataset: source }, { dataset, shipped: source === PLANET, ...left });
  });
}

/** What the page calls the open checkpoint. */
export function checkpointTitle({ name, starter }: CheckpointSummary): string {
  return starter ? t('starter') : name;
}

/** Which parameters a forecast is made with now, in words. */
export function useForecastParameters(): string {
  const checkpoint = useData((data) => data.checkpoint);
  const dataset = useData((data) => data.dataset);
  const { updates, leads, settings } = useTraining();
  if (updates > 0 && leads) return t('after update {update}', { update: updates.toLocaleString('en') });
  if (!checkpoint) return t('untrained: random first weights');
  const name = checkpointTitle(checkpoint);
  const isCarried = carriedTo(checkpoint, settings.task, dataset) !== null;
  return isCarried ? t('{name}, carried over to other variables', { name }) : name;
}

/** What a forecast, a reading or a score says that it was made with, in words. */
export function wordsOfParameters(parameters: string): string {
  const { checkpoint } = useData.getState();
  const [, run, update] = /^(?:(.+), )?update (\d+)$/.exec(parameters) ?? [];
  if (update) {
    const words = t('after update {update}', { update: Number(update).toLocaleString('en') });
    return run ? `${run}, ${words}` : words;
  }
  return parameters === checkpoint?.name ? checkpointTitle(checkpoint) : t(parameters);
}

/** What the page calls the open data. */
export function titleOf({ name, simulated }: DatasetSummary): string {
  return simulated ? t('Simulated planet') : name;
}

function nameOf(source: DatasetSource): string {
  if ('folder' in source) return source.folder.name;
  if ('url' in source) return source.simulated ? t('the simulated planet') : source.url;
  const [first, ...others] = source.files;
  return others.length === 0 ? first.name : t('{count} files', { count: source.files.length });
}

/** Opens the address that a link names, at once from this origin, else when the user agrees. */
export function openAddress(address: string): void {
  let url: URL;
  try {
    url = new URL(address, location.href);
  } catch {
    reportError(new DatasetError(`"${address}" is no address: give ?data= the address of a NetCDF file.`));
    return;
  }
  if (url.origin === location.origin) void openDataset({ url: url.href });
  else useData.setState({ asked: url.href });
}

/** Takes statistics files in place of what is computed from the data. */
export async function openStatistics(files: File[]): Promise<void> {
  await opening('statistics', async () => {
    const { names } = await engine.call('useStatistics', { files });
    letFilesLead();
    setSource({ statistics: files }, { statistics: names });
  });
}

/** Statistics are computed from the data again. */
export async function closeStatistics(): Promise<void> {
  await opening('statistics', async () => {
    await engine.call('useStatistics', { files: [] });
    letFilesLead();
    setSource({ statistics: null }, { statistics: null });
  });
}

/**
 * Opens a checkpoint, whose runs and forecasts are of this task; offers the data's where its own does not fit them.
 * @param again opens it with the data's task, as this function does
 */
export async function openCheckpoint(
  file: File,
  task: TaskChoice,
  again: (file: File) => void,
): Promise<void> {
  await opening(file.name, async () => {
    try {
      const checkpoint = await engine.call('openCheckpoint', { file, anyTask: task !== 'own' });
      letFilesLead();
      changeSetting('fresh', false);
      changeSetting('task', task);
      setSource({ checkpoint: file }, { checkpoint });
      const carried = carriedTo(checkpoint, task, useData.getState().dataset);
      if (carried)
        notify('info', t('{counts}; the Train room says which.', { counts: carriedCounts(carried) }));
    } catch (error) {
      if (!(error instanceof MisfitError)) throw error;
      notify('error', error.message, { label: 'Carry it over', run: () => again(file) });
    }
  });
}

export async function closeCheckpoint(): Promise<void> {
  await opening('checkpoint', async () => {
    await engine.call('closeCheckpoint');
    letFilesLead();
    setSource({ checkpoint: null }, { checkpoint: null });
  });
}

function setSource(sources: Partial<Sources>, opened: Partial<Data>): void {
  useData.setState((data) => ({ ...opened, sources: { ...data.sources, ...sources } }));
}

async function opening(name: string, open: () => Promise<void>): Promise<void> {
  useData.setState({ opening: name });
  try {
    await open();
  } catch (error) {
    reportError(error);
  } finally {
    // Something else may be on its way in by now.
    useData.setState((data) => (data.opening === name ? { opening: null } : data));
  }
}

type Shown = Pick<Place, 'variable' | 'level' | 'initialTime' | 'leadHours'>;

/** The field and times of a view as far as the data have them, else the nearest that they have. */
export function fittedView(dataset: DatasetSummary, view: Shown): Shown {
  const { times, initialFrames } = dataset;
  const variable = dataset.variables.some(({ name }) => name === view.variable)
    ? view.variable
    : (dataset.targetVariables[0] ?? dataset.variables[0].name);
  const asked = times.indexOf(view.initialTime ?? Number.NaN);
  const initialFrame = asked >= 0 ? asked : (initialFrames[0] ?? 0);
  return {
    variable,
    level: nearestLevel(dataset, variable, view.level),
    initialTime: times[initialFrame],
    leadHours: clampLead(dataset, initialFrame, view.leadHours),
  };
}

/** The layers of a view as far as data without any forecast have them. */
function layersInFile({
  layer,
  compare,
}: Pick<Place, 'layer' | 'compare'>): Pick<Place, 'layer' | 'compare'> {
  const first = LAYERS_IN_FILE.includes(layer) ? layer : 'truth';
  const isKept = compare && LAYERS_IN_FILE.includes(compare.layer) && compare.layer !== first;
  return { layer: first, compare: isKept ? compare : null };
}

function clampLead({ times }: DatasetSummary, initialFrame: number, leadHours: number): number {
  const forecast = useForecasts.getState().byInitialFrame[initialFrame]?.leadHours ?? [];
  const longest = Math.max((times[times.length - 1] - times[initialFrame]) / 3600, ...forecast);
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
