/** Forecasts that the engine holds, by initial frame, and the one being computed. */
import { create } from 'zustand';
import type { ForecastFormat, ForecastSummary } from '../../worker/protocol';
import { hourStamp } from '../location_hash';
import { t } from '../words/words';
import { engine } from './engine';
import { notify, offerUndo, reportError } from './notices';
import { saveFile } from './save_file';
import { useTraining } from './training';
import { useView } from './view';

export interface Forecast {
  leadHours: number[];
  /** Told apart from an earlier forecast of the same initial frame. */
  revision: number;
  /** What made it; empty until it is complete. */
  parameters: string;
}

export interface ForecastProgress {
  initialFrame: number;
  done: number;
  steps: number;
  secondsPerStep: number | null;
}

interface Forecasts {
  byInitialFrame: Record<number, Forecast>;
  running: ForecastProgress | null;
  /** Steps of 6 h that the next forecast will have. */
  steps: number;
}

export const useForecasts = create<Forecasts>(() => ({ byInitialFrame: {}, running: null, steps: 6 }));

const { getState, setState } = useForecasts;
let nextRevision = 1;

/**
 * Runs a forecast and shows it on the globe as its frames are computed.
 * @param hurried as in the protocol
 */
export async function runForecast(initialFrame: number, hurried = false): Promise<void> {
  const { steps, running, byInitialFrame: known } = getState();
  if (running) return;
  const former: Forecast | undefined = known[initialFrame];
  const revision = nextRevision++;
  setState(({ byInitialFrame }) => ({
    running: { initialFrame, done: 0, steps, secondsPerStep: null },
    byInitialFrame: { ...byInitialFrame, [initialFrame]: { leadHours: [], revision, parameters: '' } },
  }));
  useView.setState({ layer: 'forecast', leadHours: 0, playing: false });
  try {
    const settings = useTraining.getState().settings;
    const summary = await engine.call('forecast', { settings, initialFrame, steps, hurried });
    // Another dataset may have been opened meanwhile.
    if (getState().byInitialFrame[initialFrame]?.revision === revision) {
      amend(initialFrame, { leadHours: summary.leadHours, parameters: summary.parameters });
    }
  } catch (error) {
    reportError(error);
  } finally {
    setState({ running: null });
    const now: Forecast | undefined = getState().byInitialFrame[initialFrame];
    if (now?.revision === revision) {
      if (now.leadHours.length === 0) await keepFormer(initialFrame, former);
      else if (former && !isSurpassed(former, now)) offerFormer(initialFrame, former);
    }
  }
}

/** A forecast that came to nothing leaves the one before it where it was. */
async function keepFormer(initialFrame: number, former: Forecast | undefined): Promise<void> {
  if (!former) return forget(initialFrame);
  // The engine has it still, unless the new one had begun to take its place.
  await engine.call('restoreForecast', { initialFrame }).catch(reportError);
  show(initialFrame, former);
}

/** Nothing of a forecast is lost: it was never completed, or as long a one was made with the same parameters. */
function isSurpassed(former: Forecast, now: Forecast): boolean {
  if (former.parameters === '') return true;
  return now.parameters === former.parameters && now.leadHours.length >= former.leadHours.length;
}

function offerFormer(initialFrame: number, former: Forecast): void {
  offerUndo(
    'forecast',
    t('A new forecast took the place of the one before.'),
    () => void putFormerBack(initialFrame, former).catch(reportError),
    () => letForecastsGo('replaced'),
  );
}

async function putFormerBack(initialFrame: number, former: Forecast): Promise<void> {
  if (getState().running) await cancelForecast();
  while (getState().running) await new Promise((resolve) => setTimeout(resolve, 50));
  if (await engine.call('restoreForecast', { initialFrame })) show(initialFrame, former);
  else notify('info', t('That forecast had to make room for others and is gone: run it again.'));
}

function show(initialFrame: number, forecast: Forecast): void {
  setState(({ byInitialFrame }) => ({ byInitialFrame: { ...byInitialFrame, [initialFrame]: forecast } }));
  useView.setState({ layer: 'forecast', leadHours: forecast.leadHours[forecast.leadHours.length - 1] });
}

/** Shows the forecasts that the engine has put back. @param former all of those that there were */
export function restoreForecasts(former: Record<number, Forecast>, initialFrames: number[]): void {
  const restored = initialFrames.filter((frame) => former[frame]).map((frame) => [frame, former[frame]]);
  setState(({ byInitialFrame }) => ({
    byInitialFrame: { ...byInitialFrame, ...Object.fromEntries(restored) },
  }));
}

/** The engine lets go of forecasts that could be put back. */
export function letForecastsGo(what: 'replaced' | 'former'): void {
  engine.call('forgetForecasts', { what }).catch(reportError);
}

/** Shows a forecast that the engine has taken from a file. */
export function showSavedForecast({ initialFrame, leadHours, parameters }: ForecastSummary): void {
  show(initialFrame, { leadHours, revision: nextRevision++, parameters });
}

export async function cancelForecast(): Promise<void> {
  await engine.call('cancelForecast').catch(reportError);
}

/** Saves a forecast as NetCDF, or as Zarr in a ZIP archive, in the layout of GraphCast's example datasets. */
export async function saveForecast(
  initialFrame: number,
  initialTime: number,
  format: ForecastFormat,
): Promise<void> {
  try {
    const bytes = await engine.call('exportForecast', { initialFrame, format });
    saveFile(bytes, `forecast_${hourStamp(initialTime)}.${format === 'zarr' ? 'zarr.zip' : 'nc'}`);
  } catch (error) {
    reportError(error);
  }
}

/** Forecasts belong to the dataset that they started from. */
export function forgetForecasts(): void {
  setState({ byInitialFrame: {} });
}

function amend(initialFrame: number, change: Partial<Forecast>): void {
  setState(({ byInitialFrame }) => ({
    byInitialFrame: { ...byInitialFrame, [initialFrame]: { ...byInitialFrame[initialFrame], ...change } },
  }));
}

function forget(initialFrame: number): void {
  setState(({ byInitialFrame }) => {
    const { [initialFrame]: _, ...others } = byInitialFrame;
    return { byInitialFrame: others };
  });
}

/** Resolves when any forecast has its next frame. */
export function nextForecastFrame(): Promise<void> {
  return new Promise((resolve) => {
    const stop = engine.on('forecastFrame', () => {
      stop();
      resolve();
    });
  });
}

engine.on('forecastFrame', ({ initialFrame, leadHours, done, steps, seconds }) => {
  const forecast = getState().byInitialFrame[initialFrame];
  if (!forecast) return;
  amend(initialFrame, { leadHours: [...forecast.leadHours, leadHours] });
  setState({ running: { initialFrame, done, steps, secondsPerStep: seconds } });
  // The globe follows the newest frame unless its user has gone elsewhere.
  const newest = forecast.leadHours[forecast.leadHours.length - 1] ?? 0;
  if (useView.getState().leadHours === newest) useView.setState({ leadHours });
});

engine.on('forecastDropped', ({ initialFrame }) => forget(initialFrame));
