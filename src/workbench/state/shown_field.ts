/**
 * The fields on the globe: what the view asks for, fetched from the engine, with title, range and scores.
 * Follows the view, the data and the forecasts; the globe, the legend and the pointer's reading follow it.
 */
import { create } from 'zustand';
import { WorkbenchError } from '../../errors';
import type { FieldName, FieldScores } from '../../worker/protocol';
import type { ColourMapName } from '../globe/colour_map';
import { type ColourRange, niceRange } from '../globe/colour_range';
import type { Layer, RangeKind } from '../location_hash';
import { type Display, differenceToShown, displayOf, inChosenUnit, inUnit, toShown } from '../units';
import { useData } from './data';
import { engine } from './engine';
import { layerValues, type Moment, shownMoment, spreadOf, weatherOf } from './field_values';
import { useForecasts } from './forecast';
import { reportError } from './notices';
import { sensitivityValues, useSensitivity } from './sensitivity';
import { useView } from './view';

/** One layer as it is drawn. */
export interface ShownLayer {
  variable: string;
  /** [lat, lon] in the shown unit; null when there is nothing to show. */
  values: Float32Array | null;
  /** What the values are; the view may already ask for something else. */
  level: number | null;
  layer: Layer;
  /** Whose tendency it is. */
  weather: 'forecast' | 'truth';
  display: Display;
  unit: string;
  colourMap: ColourMapName;
  range: ColourRange;
  /** Why there is nothing to show. */
  message: string;
}

export interface ShownField extends ShownLayer {
  /** Lead time that the values are at. */
  leadHours: number;
  /** RMSE of the shown variable by lead time, stored units; null without a forecast from the initial time. */
  scores: FieldScores | null;
  /** The layer that it is compared with. */
  other: ShownLayer | null;
}

const NOTHING: ShownField = {
  variable: '',
  values: null,
  level: null,
  layer: 'truth',
  weather: 'truth',
  display: displayOf(''),
  unit: '',
  colourMap: 'neutral',
  range: { low: 0, high: 1 },
  message: '',
  leadHours: 0,
  scores: null,
  other: null,
};

export const useShownField = create<ShownField>(() => NOTHING);

/** An error, a tendency or a gradient: its values have a sign and no offset. */
export function isDifference(layer: Layer): boolean {
  return layer === 'error' || layer === 'tendency' || layer === 'sensitivity';
}

let latest = 0;

async function refresh(): Promise<void> {
  const token = ++latest;
  const moment = shownMoment();
  const { variable, level, layer, compare, rangeKind, units } = useView.getState();
  if (!moment) {
    useShownField.setState(NOTHING);
    return;
  }
  const info = moment.dataset.variables.find(({ name }) => name === variable);
  if (!info) {
    useShownField.setState({ ...NOTHING, message: 'The open file does not hold this variable.' });
    return;
  }
  const display = inChosenUnit(displayOf(variable, info.units), units);
  const field: FieldName = { variable, level: info.hasLevel ? level : null };
  const isTarget = moment.dataset.targetVariables.includes(variable);
  const scored = moment.forecast && isTarget && moment.forecast.leadHours.length > 0;
  const { initialFrame } = moment;
  const [main, other, scores, spread] = await Promise.all([
    drawnLayer(layer, field, display, moment),
    compare ? drawnLayer(compare.layer, field, display, moment) : null,
    scored ? engine.call('forecastScores', { ...field, initialFrame }).catch(withoutIt) : null,
    spreadOf(field).catch(withoutIt),
  ]);
  if (token !== latest) return;
  const shown = other ? [main, other] : [main];
  const ranged = shown.map((one) => {
    // Layers in the same colours have the same range: side by side they must be comparable.
    const alike = shown.filter(({ colourMap }) => colourMap === one.colourMap);
    return { ...one, range: rangeOf(rangeKind, one, alike, spread, scores) };
  });
  useShownField.setState({ ...ranged[0], leadHours: moment.leadHours, scores, other: ranged[1] ?? null });
}

async function drawnLayer(
  layer: Layer,
  field: FieldName,
  display: Display,
  moment: Moment,
): Promise<Omit<ShownLayer, 'range'>> {
  if (layer === 'sensitivity') return sensitivityLayer(field, display);
  const stored = await layerValues(layer, field, moment).catch(sentence);
  const shownValues = (values: Float32Array) =>
    isDifference(layer) ? inUnit(values, display, true) : convertedOnce(values, display);
  return {
    variable: field.variable,
    values: typeof stored === 'string' ? null : shownValues(stored),
    level: field.level,
    layer,
    weather: weatherOf(layer, moment),
    display,
    unit: isDifference(layer) ? display.differenceUnit : display.unit,
    colourMap: layer === 'error' ? 'error' : layer === 'tendency' ? 'tendency' : display.colourMap,
    message: typeof stored === 'string' ? stored : '',
  };
}

/** What was converted last, the newest first: of two layers. */
let converted: { stored: Float32Array; scale: number; offset: number; values: Float32Array }[] = [];

/** The same array for the same stored one: a field that is on the globe already is not drawn anew. */
function convertedOnce(stored: Float32Array, display: Display): Float32Array {
  const { scale, offset } = display;
  const known = converted.find(
    (one) => one.stored === stored && one.scale === scale && one.offset === offset,
  );
  if (known) return known.values;
  const values = inUnit(stored, display, false);
  converted = [{ stored, scale, offset, values }, ...converted].slice(0, 2);
  return values;
}

/** The gradient of a forecast value with respect to this field of an input frame. */
async function sensitivityLayer(field: FieldName, display: Display): Promise<Omit<ShownLayer, 'range'>> {
  const found = await sensitivityValues(field, display).catch(sentence);
  const { values, unit } = typeof found === 'string' ? { values: null, unit: '' } : found;
  return {
    ...field,
    values,
    layer: 'sensitivity',
    weather: 'forecast',
    display,
    unit,
    colourMap: 'sensitivity',
    message: typeof found === 'string' ? found : '',
  };
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

type Spread = { low: number; high: number };

/** Largest RMSEs to either side of zero that an error's fixed colours span. */
const ERROR_SPREADS = 3;
/** Share of a field's own spread to either side of zero that the fixed colours of its change over 6 h span. */
const TENDENCY_SHARE = 1 / 6;

function rangeOf(
  kind: RangeKind,
  { layer, display, values }: Omit<ShownLayer, 'range'>,
  alike: Omit<ShownLayer, 'range'>[],
  spread: Spread | null,
  scores: FieldScores | null,
): ColourRange {
  if (kind === 'fixed' && layer === 'sensitivity') {
    const end = spreadOfGradient(values);
    return niceRange(-end, end, 'symmetric');
  }
  if (kind === 'fixed' && layer === 'error') {
    const largest = Math.max(0, ...(scores?.forecast ?? []), ...(scores?.persistence ?? []));
    // Three RMSEs of the longest lead time: fixed, so that the growth of the error is seen.
    const end = differenceToShown(ERROR_SPREADS * largest, display);
    if (end > 0) return niceRange(-end, end, 'symmetric');
  } else if (kind === 'fixed' && spread && layer === 'tendency') {
    const end = differenceToShown((spread.high - spread.low) * TENDENCY_SHARE, display);
    return niceRange(-end, end, 'symmetric');
  } else if (kind === 'fixed' && spread) {
    return niceRange(toShown(spread.low, display), toShown(spread.high, display), display.range);
  }
  const { low, high } = extremesOf(alike);
  if (!(low <= high)) return NOTHING.range;
  if (kind === 'symmetric') return niceRange(low, high, 'symmetric');
  return kind === 'automatic'
    ? { low, high: high > low ? high : low + 1 }
    : niceRange(low, high, display.range);
}

/** Values that tell a spread well enough; sorting more would hold up the page. */
const SAMPLE = 2 ** 15;

/** A gradient peaks at its own point: the few largest magnitudes go past the ends of the colours. */
function spreadOfGradient(values: Float32Array | null): number {
  if (!values) return 0;
  const stride = Math.ceil(values.length / SAMPLE);
  const count = Math.floor(values.length / stride);
  const magnitudes = Float32Array.from({ length: count }, (_, i) => Math.abs(values[i * stride])).sort();
  return magnitudes[Math.floor(0.995 * count)] ?? 0;
}

function extremesOf(layers: Omit<ShownLayer, 'range'>[]): Spread {
  const spread = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for (const { values } of layers) {
    for (const value of values ?? []) {
      if (!Number.isFinite(value)) continue;
      spread.low = Math.min(spread.low, value);
      spread.high = Math.max(spread.high, value);
    }
  }
  return spread;
}

useData.subscribe((data, before) => {
  if (data.dataset !== before.dataset) void refresh();
});
useForecasts.subscribe((now, before) => {
  if (now.byInitialFrame !== before.byInitialFrame) void refresh();
});
useSensitivity.subscribe((now, before) => {
  const changed =
    now.summary !== before.summary || now.frame !== before.frame || now.perDeviation !== before.perDeviation;
  if (changed && useView.getState().layer === 'sensitivity') void refresh();
});
useView.subscribe((now, before) => {
  const changed =
    now.variable !== before.variable ||
    now.level !== before.level ||
    now.layer !== before.layer ||
    now.compare?.layer !== before.compare?.layer ||
    now.initialTime !== before.initialTime ||
    now.leadHours !== before.leadHours ||
    now.rangeKind !== before.rangeKind ||
    now.units !== before.units;
  if (changed) void refresh();
});
