/**
 * The field on the globe: what the view asks for, fetched from the engine, with its title, range and scores.
 * Follows the view, the data and the forecasts; the globe, the legend and the pointer's reading follow it.
 */
import { create } from 'zustand';
import { WorkbenchError } from '../../errors';
import type { DatasetSummary, FieldName, FieldScores } from '../../worker/protocol';
import type { ColourMapName } from '../globe/colour_map';
import { type ColourRange, niceRange } from '../globe/colour_range';
import type { Layer } from '../location_hash';
import { type Display, differenceToShown, displayOf, toShown } from '../units';
import { useData } from './data';
import { engine } from './engine';
import { type Forecast, useForecasts } from './forecast';
import { reportError } from './notices';
import { useView } from './view';

export interface ShownField {
  /** [lat, lon] in the shown unit; null when there is nothing to show. */
  values: Float32Array | null;
  /** What the values are; the view may already ask for something else. */
  level: number | null;
  layer: Layer;
  display: Display;
  unit: string;
  colourMap: ColourMapName;
  range: ColourRange;
  /** Why there is nothing to show. */
  message: string;
  /** RMSE of the shown variable by lead time, stored units; null without a forecast from the initial time. */
  scores: FieldScores | null;
}

const NOTHING: ShownField = {
  values: null,
  level: null,
  layer: 'truth',
  display: displayOf(''),
  unit: '',
  colourMap: 'neutral',
  range: { low: 0, high: 1 },
  message: '',
  scores: null,
};

export const useShownField = create<ShownField>(() => NOTHING);

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

/** Fetched fields by name, oldest first; a small cache makes stepping through time immediate. */
const fetched = new Map<string, Promise<Float32Array>>();
const KEPT = 64;

function fetchOnce(key: string, fetch: () => Promise<Float32Array>): Promise<Float32Array> {
  const known = fetched.get(key);
  if (known) return known;
  const field = fetch();
  fetched.set(key, field);
  field.catch(() => fetched.delete(key));
  if (fetched.size > KEPT) fetched.delete(fetched.keys().next().value!);
  return field;
}

const spreads = new Map<string, Promise<{ low: number; high: number }>>();

/** Forgets everything fetched: another dataset is open. */
function forgetFetched(): void {
  fetched.clear();
  spreads.clear();
}

let latest = 0;

async function refresh(): Promise<void> {
  const token = ++latest;
  const { dataset } = useData.getState();
  const { variable, level, layer, initialTime, leadHours } = useView.getState();
  if (!dataset || initialTime === null) {
    useShownField.setState(NOTHING);
    return;
  }
  const info = dataset.variables.find(({ name }) => name === variable);
  if (!info) {
    useShownField.setState({ ...NOTHING, message: 'The open file does not hold this variable.' });
    return;
  }
  const display = displayOf(variable, info.units);
  const field: FieldName = { variable, level: info.hasLevel ? level : null };
  const { initialFrame, forecast } = shownForecast();
  const isTarget = dataset.targetVariables.includes(variable);
  const scored = forecast && isTarget && forecast.leadHours.length > 0;
  const [stored, scores, spread] = await Promise.all([
    storedValues(dataset, field, layer, info.hasTime, initialFrame, leadHours, forecast).catch(sentence),
    scored ? engine.call('forecastScores', { ...field, initialFrame }).catch(withoutIt) : null,
    spreadOf(field).catch(withoutIt),
  ]);
  if (token !== latest) return;
  const isError = layer === 'error';
  const values = typeof stored === 'string' ? null : convert(stored, display, isError);
  useShownField.setState({
    values,
    level: field.level,
    layer,
    display,
    unit: isError ? display.differenceUnit : display.unit,
    colourMap: isError ? 'error' : display.colourMap,
    range: isError ? errorRange(scores, display) : fieldRange(spread, values, display),
    message: typeof stored === 'string' ? stored : '',
    scores,
  });
}

/** Stands on the stage in place of a field that cannot be had. */
function sentence(error: unknown): string {
  if (!(error instanceof WorkbenchError)) console.error(error);
  return error instanceof Error ? error.message : String(error);
}

/** A field is worth showing without its scores or its usual range. */
function withoutIt(error: unknown): null {
  reportError(error);
  return null;
}

/** The asked-for values in the file's unit, or one sentence saying why there are none. */
async function storedValues(
  dataset: DatasetSummary,
  field: FieldName,
  layer: Layer,
  hasTime: boolean,
  initialFrame: number,
  leadHours: number,
  forecast: Forecast | undefined,
): Promise<Float32Array | string> {
  const name = `${field.variable} ${field.level}`;
  const truth = () => {
    const frame = hasTime ? frameAt(dataset, dataset.times[initialFrame] + leadHours * 3600) : 0;
    if (frame < 0) return 'The file ends before this valid time.';
    return fetchOnce(`${name} truth ${frame}`, () => engine.call('field', { ...field, frame }));
  };
  const predicted = () => {
    if (leadHours === 0 || !dataset.targetVariables.includes(field.variable)) return truth();
    if (!forecast?.leadHours.includes(leadHours)) return 'The forecast does not reach this lead time.';
    return fetchOnce(`${name} forecast ${initialFrame} ${forecast.revision} ${leadHours}`, () =>
      engine.call('forecastField', { ...field, initialFrame, leadHours }),
    );
  };
  if (layer === 'truth') return truth();
  if (layer === 'forecast') return predicted();
  const [made, true_] = await Promise.all([predicted(), truth()]);
  if (typeof made === 'string') return made;
  if (typeof true_ === 'string') return true_;
  return made.map((value, i) => value - true_[i]);
}

function convert(values: Float32Array, display: Display, isDifference: boolean): Float32Array {
  return values.map((value) => (isDifference ? differenceToShown(value, display) : toShown(value, display)));
}

/** 1st and 99th percentile over the file, stored unit. */
function spreadOf(field: FieldName): Promise<{ low: number; high: number }> {
  const key = `${field.variable} ${field.level}`;
  let spread = spreads.get(key);
  if (!spread) {
    spread = engine.call('fieldSpread', field);
    spreads.set(key, spread);
    spread.catch(() => spreads.delete(key));
  }
  return spread;
}

/** The file's usual range; without it the shown values' own. */
function fieldRange(
  spread: { low: number; high: number } | null,
  values: Float32Array | null,
  display: Display,
): ColourRange {
  if (spread) return niceRange(toShown(spread.low, display), toShown(spread.high, display), display.range);
  const known = (values ?? new Float32Array()).filter(Number.isFinite);
  const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return low <= high ? niceRange(low, high, display.range) : NOTHING.range;
}

/** Three RMSEs of the longest lead time to either side of zero: fixed, so that the growth of the error is seen. */
function errorRange(scores: FieldScores | null, display: Display): ColourRange {
  const largest = Math.max(0, ...(scores?.forecast ?? []), ...(scores?.persistence ?? []));
  const end = differenceToShown(3 * largest, display);
  return niceRange(-end, end, 'symmetric');
}

useData.subscribe((data, before) => {
  if (data.dataset !== before.dataset) {
    forgetFetched();
    void refresh();
  }
});
useForecasts.subscribe((now, before) => {
  if (now.byInitialFrame !== before.byInitialFrame) void refresh();
});
useView.subscribe((now, before) => {
  const changed =
    now.variable !== before.variable ||
    now.level !== before.level ||
    now.layer !== before.layer ||
    now.initialTime !== before.initialTime ||
    now.leadHours !== before.leadHours;
  if (changed) void refresh();
});
