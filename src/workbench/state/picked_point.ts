/** Values at the picked place: through time (forecast, truth, persistence) and, at the shown time, through height. */
import { create } from 'zustand';
import type { FieldName } from '../../worker/protocol';
import { valueAt } from '../globe/field_raster';
import type { Point } from '../location_hash';
import { type Display, displayOf, inChosenUnit, toShown } from '../units';
import { useData } from './data';
import { layerValues, type Moment, shownMoment } from './field_values';
import { useForecasts } from './forecast';
import { reportError } from './notices';
import { longestLead, STEP_HOURS } from './timeline';
import { useView } from './view';

/** Longest lead time of a meteogram, hours: GraphCast's ten days. */
const LONGEST = 240;
/** Lead times that are read before they are shown. */
const SHOWN_EVERY = 8;

interface PickedPoint {
  display: Display;
  level: number | null;
  /** Hours, and a value for each; NaN where there is none. */
  leadHours: number[];
  forecast: number[];
  truth: number[];
  /** hPa, and a value for each at the shown lead time. */
  levels: number[];
  forecastByLevel: number[];
  truthByLevel: number[];
}

const NOTHING: PickedPoint = {
  display: displayOf(''),
  level: null,
  leadHours: [],
  forecast: [],
  truth: [],
  levels: [],
  forecastByLevel: [],
  truthByLevel: [],
};

export const usePickedPoint = create<PickedPoint>(() => NOTHING);

let latest = 0;

async function refresh(): Promise<void> {
  const token = ++latest;
  const moment = shownMoment();
  const { pick, variable, level, units } = useView.getState();
  const info = moment?.dataset.variables.find(({ name }) => name === variable);
  if (!moment || !pick || !info) {
    if (usePickedPoint.getState() !== NOTHING) usePickedPoint.setState(NOTHING, true);
    return;
  }
  const display = inChosenUnit(displayOf(variable, info.units), units);
  const field: FieldName = { variable, level: info.hasLevel ? level : null };
  const read = (layer: 'forecast' | 'truth', name: FieldName, leadHours: number) =>
    sample(layer, name, { ...moment, leadHours }, pick, display);
  try {
    const levels = info.hasLevel ? moment.dataset.levels : [];
    const profile = (layer: 'forecast' | 'truth') =>
      Promise.all(levels.map((pressure) => read(layer, { variable, level: pressure }, moment.leadHours)));
    const [forecastByLevel, truthByLevel] = await Promise.all([profile('forecast'), profile('truth')]);
    if (token !== latest) return;
    usePickedPoint.setState({ display, level: field.level, levels, forecastByLevel, truthByLevel });

    const most = Math.min(LONGEST, longestLead());
    const leadHours: number[] = [];
    const [forecast, truth]: number[][] = [[], []];
    for (let lead = 0; lead <= most; lead += STEP_HOURS) {
      const [made, found] = await Promise.all([read('forecast', field, lead), read('truth', field, lead)]);
      if (token !== latest) return;
      leadHours.push(lead);
      forecast.push(made);
      truth.push(found);
      if (leadHours.length % SHOWN_EVERY === 0 || lead + STEP_HOURS > most)
        usePickedPoint.setState({
          leadHours: [...leadHours],
          forecast: [...forecast],
          truth: [...truth],
        });
    }
  } catch (error) {
    reportError(error);
  }
}

/** In the shown unit; NaN where the layer has no value. */
async function sample(
  layer: 'forecast' | 'truth',
  field: FieldName,
  moment: Moment,
  { latitude, longitude }: Point,
  display: Display,
): Promise<number> {
  const hasForecast = moment.forecast?.leadHours.includes(moment.leadHours) || moment.leadHours === 0;
  if (layer === 'forecast' && !(moment.forecast && hasForecast)) return Number.NaN;
  const { latitudes, longitudes } = moment.dataset;
  const values = await layerValues(layer, field, moment);
  if (typeof values === 'string') return Number.NaN;
  return toShown(valueAt(values, latitudes, longitudes, latitude, longitude), display);
}

useData.subscribe((data, before) => {
  if (data.dataset !== before.dataset) void refresh();
});
useForecasts.subscribe((now, before) => {
  if (now.byInitialFrame !== before.byInitialFrame) void refresh();
});
useView.subscribe((now, before) => {
  const changed =
    now.pick !== before.pick ||
    now.variable !== before.variable ||
    now.level !== before.level ||
    now.initialTime !== before.initialTime ||
    now.leadHours !== before.leadHours ||
    now.units !== before.units;
  if (changed && (now.pick || before.pick)) void refresh();
});
