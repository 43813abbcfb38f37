/** Values of the layers, fetched from the engine and kept for a while. */
import type { DatasetSummary, FieldName } from '../../worker/protocol';
import { LAYERS, LAYERS_IN_FILE, type Layer } from '../location_hash';
import { useData } from './data';
import { engine } from './engine';
import { type Forecast, useForecasts } from './forecast';
import { useSensitivity } from './sensitivity';
import { useView } from './view';

/** Hours between the two frames whose difference is the tendency. */
const TENDENCY_HOURS = 6;

/** Frame of the dataset at a time, or −1. */
export function frameAt(dataset: DatasetSummary, time: number): number {
  return dataset.times.indexOf(time);
}

/** Initial frame and its forecast for the view's initial time. */
export function shownForecast(): { initialFrame: number; forecast: Forecast | undefined } {
  const { dataset } = useData.getState();
  const initialTime = useView.getState().initialTime;
  const initialFrame = dataset && initialTime !== null ? frameAt(dataset, initialTime) : -1;
  return { initialFrame, forecast: useForecasts.getState().byInitialFrame[initialFrame] };
}

/** Layers that there is something to see of: without any forecast only what the file holds. */
export function availableLayers(): readonly Layer[] {
  const hasForecast = Object.keys(useForecasts.getState().byInitialFrame).length > 0;
  const hasSensitivity = useSensitivity.getState().summary !== null;
  return LAYERS.filter((layer) =>
    layer === 'sensitivity' ? hasSensitivity : hasForecast || LAYERS_IN_FILE.includes(layer),
  );
}

/** Where and when values are asked for. */
export interface Moment {
  dataset: DatasetSummary;
  initialFrame: number;
  leadHours: number;
  forecast: Forecast | undefined;
}

/** What the view shows; null without data. */
export function shownMoment(): Moment | null {
  const { dataset } = useData.getState();
  if (!dataset || useView.getState().initialTime === null) return null;
  return { dataset, leadHours: useView.getState().leadHours, ...shownForecast() };
}

/** Whether the forecast has a frame at the moment: a lead time of 0 is its initial state. */
export function isForecast({ leadHours, forecast }: Moment): boolean {
  return forecast !== undefined && (leadHours === 0 || forecast.leadHours.includes(leadHours));
}

/** The weather that a layer is about: its own; for the tendency and for what goes with it the forecast, else the truth. */
export function weatherOf(layer: Layer, moment: Moment): 'forecast' | 'truth' {
  return layer !== 'truth' && isForecast(moment) ? 'forecast' : 'truth';
}

/**
 * Values of a layer, [lat, lon] in the file's unit, or one sentence saying why there are none.
 * @throws WorkbenchError when the engine cannot read them
 */
export async function layerValues(
  layer: Layer,
  field: FieldName,
  moment: Moment,
): Promise<Float32Array | string> {
  if (layer === 'truth') return truth(field, moment);
  if (layer === 'forecast') return predicted(field, moment);
  if (layer === 'error') return difference(predicted(field, moment), truth(field, moment));
  const read = weatherOf(layer, moment) === 'forecast' ? predicted : truth;
  const before = { ...moment, leadHours: moment.leadHours - TENDENCY_HOURS };
  // Before the initial time there is nothing but the truth.
  return difference(read(field, moment), before.leadHours < 0 ? truth(field, before) : read(field, before));
}

async function truth(field: FieldName, moment: Moment): Promise<Float32Array | string> {
  const { dataset, initialFrame, leadHours } = moment;
  const hasTime = dataset.variables.find(({ name }) => name === field.variable)?.hasTime;
  const frame = hasTime ? frameAt(dataset, dataset.times[initialFrame] + leadHours * 3600) : 0;
  if (frame < 0)
    return leadHours < 0
      ? 'The file begins at this time: its change over 6 h is not known.'
      : 'The file ends before this valid time.';
  return fetchOnce(`${field.variable} ${field.level} truth ${frame}`, () =>
    engine.call('field', { ...field, frame }),
  );
}

async function predicted(field: FieldName, moment: Moment): Promise<Float32Array | string> {
  const { dataset, initialFrame, leadHours, forecast } = moment;
  if (leadHours === 0 || !dataset.targetVariables.includes(field.variable)) return truth(field, moment);
  if (!forecast) return 'There is no forecast from this initial time: run one in the Forecast room.';
  if (!forecast.leadHours.includes(leadHours)) return 'The forecast does not reach this lead time.';
  const key = `${field.variable} ${field.level} forecast ${initialFrame} ${forecast.revision} ${leadHours}`;
  return fetchOnce(key, () => engine.call('forecastField', { ...field, initialFrame, leadHours }));
}

async function difference(...parts: Promise<Float32Array | string>[]): Promise<Float32Array | string> {
  const [a, b] = await Promise.all(parts);
  if (typeof a === 'string') return a;
  if (typeof b === 'string') return b;
  const difference = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) difference[i] = a[i] - b[i];
  return difference;
}

/** Fetched fields by name, oldest first; a cache makes stepping through time immediate. */
const fetched = new Map<string, Promise<Float32Array>>();
const CACHE_BYTES = 2 ** 28;

/** Fields that fit the cache; those of a few layers and the wind always do. */
function capacity(): number {
  const { dataset } = useData.getState();
  const bytes = 4 * (dataset?.latitudes.length ?? 1) * (dataset?.longitudes.length ?? 1);
  return Math.max(16, Math.min(512, CACHE_BYTES / bytes));
}

function fetchOnce(key: string, fetch: () => Promise<Float32Array>): Promise<Float32Array> {
  const known = fetched.get(key);
  if (known) return known;
  const field = fetch();
  fetched.set(key, field);
  field.catch(() => fetched.delete(key));
  if (fetched.size > capacity()) fetched.delete(fetched.keys().next().value!);
  return field;
}

const spreads = new Map<string, Promise<{ low: number; high: number }>>();

/** 1st and 99th percentile of a field over the file, in the file's unit. */
export function spreadOf(field: FieldName): Promise<{ low: number; high: number }> {
  const key = `${field.variable} ${field.level}`;
  let spread = spreads.get(key);
  if (!spread) {
    spread = engine.call('fieldSpread', field);
    spreads.set(key, spread);
    spread.catch(() => spreads.delete(key));
  }
  return spread;
}

useData.subscribe((data, before) => {
  if (data.dataset === before.dataset) return;
  fetched.clear();
  spreads.clear();
});
