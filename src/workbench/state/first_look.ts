/** What a visitor sees first: the planet that comes with the page, and its weather of the next days by the starter. */
import type { DatasetSummary } from '../../worker/protocol';
import { shippedFile } from '../../worker/shipped_file';
import { decodePlace, encodePlace } from '../location_hash';
import { decodeRooms } from '../rooms_hash';
import { openPlanet, starterFile, useData } from './data';
import { openDevice, useDevice } from './device';
import { engine } from './engine';
import { runForecast, showSavedForecast, useForecasts } from './forecast';
import { reportError } from './notices';
import { askAbout, computeSensitivity } from './sensitivity';
import { STEP_HOURS } from './timeline';
import { useTraining } from './training';
import { useView } from './view';

/** Three days. */
const STEPS = 12;

/**
 * Opens device, planet and starter, and forecasts as far as the link asks, three days without a link; then what a link
 * wants to know of a forecast's sensitivity. A browser without WebGPU shows the same forecast from a file.
 */
export async function lookFirst(): Promise<void> {
  const place = decodePlace(location.hash);
  const { sensitivity } = decodeRooms(location.hash);
  const { layer, leadHours, initialTime, compare } = place;
  const linked = encodePlace(place) !== '';
  const asked = compare ? [layer, compare.layer] : [layer];
  const wantsForecast = !linked || asked.some((one) => one !== 'truth');
  const next = wantsForecast ? useTraining.getState().settings : undefined;
  await Promise.all([openDevice(), openPlanet(next)]);
  const { dataset, checkpoint } = useData.getState();
  // Whoever has opened something else in the meantime has seen enough.
  if (!dataset || isGone(dataset) || !checkpoint?.starter || !wantsForecast) return;
  const time = initialTime ?? useView.getState().initialTime;
  const frame = dataset.initialFrames.find((candidate) => dataset.times[candidate] === time);
  if (frame === undefined) return;
  if (useDevice.getState().status === 'ready') {
    useForecasts.setState({ steps: Math.max(STEPS, leadHours / STEP_HOURS) });
    await runForecast(frame, true);
    if (isGone(dataset)) return;
    if (sensitivity && asked.includes('sensitivity')) {
      askAbout(sensitivity);
      await computeSensitivity(sensitivity, frame);
    }
  } else {
    await showShipped();
  }
  if (linked && !isGone(dataset)) useView.setState({ layer, leadHours, ...(compare && { compare }) });
}

/** Other data are open, or on their way. */
function isGone(dataset: DatasetSummary): boolean {
  const now = useData.getState();
  return now.dataset !== dataset || now.opening !== null;
}

async function showShipped(): Promise<void> {
  try {
    const file = await shippedFile(starterFile('forecast.nc'));
    showSavedForecast(await engine.call('openForecast', { file }));
  } catch (error) {
    reportError(error);
  }
}
