/** The wind that particles drift in: of the shown level, else 10 m above the ground; for both layers when compared. */
import { create } from 'zustand';
import type { DatasetSummary, FieldName } from '../../worker/protocol';
import type { Layer } from '../location_hash';
import { t } from '../words/words';
import { useData } from './data';
import { layerValues, type Moment, shownMoment, weatherOf } from './field_values';
import { useForecasts } from './forecast';
import { notify, reportError } from './notices';
import { toggleOverlay, useView } from './view';

/** Eastward and northward wind, [lat, lon], m/s. */
export interface Wind {
  u: Float32Array;
  v: Float32Array;
}

interface ShownWind {
  /** Of the layer, and of the one it is compared with where that is other weather. */
  winds: [Wind | null, Wind | null];
  /** hPa; null: 10 m above the ground. */
  level: number | null;
}

const CALM: ShownWind = { winds: [null, null], level: null };

export const useWind = create<ShownWind>(() => CALM);

/** Components of the wind that fits a field's level; null where the data hold none. */
function windFields(dataset: DatasetSummary, level: number | null): [FieldName, FieldName] | null {
  const has = (name: string) => dataset.variables.some((variable) => variable.name === name);
  const aloft = has('u_component_of_wind') && has('v_component_of_wind');
  const named = (u: string, v: string, at: number | null): [FieldName, FieldName] => [
    { variable: u, level: at },
    { variable: v, level: at },
  ];
  if (level === null && has('10m_u_component_of_wind') && has('10m_v_component_of_wind'))
    return named('10m_u_component_of_wind', '10m_v_component_of_wind', null);
  if (!aloft || dataset.levels.length === 0) return null;
  return named('u_component_of_wind', 'v_component_of_wind', level ?? Math.max(...dataset.levels));
}

let latest = 0;

async function refresh(): Promise<void> {
  const token = ++latest;
  const moment = shownMoment();
  const { overlays, variable, level, layer, compare } = useView.getState();
  if (!moment || !overlays.wind) {
    if (useWind.getState() !== CALM) useWind.setState(CALM, true);
    return;
  }
  const onLevels = moment.dataset.variables.find(({ name }) => name === variable)?.hasLevel;
  const fields = windFields(moment.dataset, onLevels ? level : null);
  if (!fields) {
    notify('info', t('The open data hold no wind: particles need its eastward and northward component.'));
    toggleOverlay('wind');
    return;
  }
  try {
    const isOther = compare && weatherOf(compare.layer, moment) !== weatherOf(layer, moment);
    const winds = await Promise.all([
      windOf(layer, fields, moment),
      isOther ? windOf(compare.layer, fields, moment) : null,
    ]);
    if (token === latest) useWind.setState({ winds, level: fields[0].level });
  } catch (error) {
    reportError(error);
  }
}

async function windOf(layer: Layer, fields: FieldName[], moment: Moment): Promise<Wind | null> {
  const weather = weatherOf(layer, moment);
  const [u, v] = await Promise.all(fields.map((field) => layerValues(weather, field, moment)));
  return typeof u === 'string' || typeof v === 'string' ? null : { u, v };
}

useData.subscribe((data, before) => {
  if (data.dataset !== before.dataset) void refresh();
});
useForecasts.subscribe((now, before) => {
  if (now.byInitialFrame !== before.byInitialFrame) void refresh();
});
useView.subscribe((now, before) => {
  const changed =
    now.overlays.wind !== before.overlays.wind ||
    now.variable !== before.variable ||
    now.level !== before.level ||
    now.layer !== before.layer ||
    now.compare?.layer !== before.compare?.layer ||
    now.initialTime !== before.initialTime ||
    now.leadHours !== before.leadHours;
  if (changed) void refresh();
});
