/** What a visitor sees first: the planet that comes with the page, and its weather of the next days by the starter. */
import { decodePlace, encodePlace } from '../location_hash';
import { openPlanet, shippedFile, useData } from './data';
import { openDevice, useDevice } from './device';
import { engine } from './engine';
import { runForecast, showSavedForecast, useForecasts } from './forecast';
import { reportError } from './notices';
import { STEP_HOURS } from './timeline';
import { useView } from './view';

/** Three days. */
const STEPS = 12;

/**
 * Opens device, planet and starter, and forecasts as far as the link asks, three days without a link. A browser without
 * WebGPU shows the same forecast from a file.
 */
export async function lookFirst(): Promise<void> {
  const place = decodePlace(location.hash);
  const { layer, leadHours, initialTime } = place;
  const linked = encodePlace(place) !== '';
  await Promise.all([openDevice(), openPlanet()]);
  const { dataset, checkpoint, opening } = useData.getState();
  // Whoever has opened something else in the meantime has seen enough.
  if (!dataset || !checkpoint?.starter || opening !== null) return;
  if (linked && layer === 'truth') return;
  const time = initialTime ?? useView.getState().initialTime;
  const frame = dataset.initialFrames.find((candidate) => dataset.times[candidate] === time);
  if (frame === undefined) return;
  if (useDevice.getState().status === 'ready') {
    useForecasts.setState({ steps: Math.max(STEPS, leadHours / STEP_HOURS) });
    await runForecast(frame);
  } else {
    await showShipped();
  }
  if (linked) useView.setState({ layer, leadHours });
}

async function showShipped(): Promise<void> {
  try {
    const file = await shippedFile('forecast.nc');
    showSavedForecast(await engine.call('openForecast', { file }));
  } catch (error) {
    reportError(error);
  }
}
