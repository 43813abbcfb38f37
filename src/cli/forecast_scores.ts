import { rootMeanSquareError, type SpatialMeans } from '../forecast/spatial_means';
import type { ChannelLayout } from '../weather/channels';

/** Scores of one lead time. */
export interface LeadScore {
  lead_hours: number;
  /** By variable and level: root mean square error of the forecast and of persistence, in `unit`. */
  rmse: Record<string, { forecast: number; persistence: number; unit: string }>;
}

/**
 * Area-weighted root mean square errors of a forecast frame and of "no change".
 * @param means over the whole grid
 * @param forecast predicted state, [state channels, grid nodes]; so are `truth` and `initial`
 * @param units of a variable, as the data spell them
 */
export function scoreLead(
  channels: ChannelLayout,
  means: SpatialMeans,
  leadHours: number,
  { forecast, truth, initial }: Record<'forecast' | 'truth' | 'initial', Float32Array>,
  units: (variable: string) => string,
): LeadScore {
  const nodes = truth.length / channels.state.length;
  const rmse: LeadScore['rmse'] = {};
  channels.state.forEach(({ variable, level }, c) => {
    const plane = (state: Float32Array) => state.subarray(c * nodes, (c + 1) * nodes);
    const errorOf = (state: Float32Array) => rootMeanSquareError(means, plane(state), plane(truth));
    const name = level === null ? variable : `${variable} ${level}`;
    rmse[name] = { forecast: errorOf(forecast), persistence: errorOf(initial), unit: units(variable) };
  });
  return { lead_hours: leadHours, rmse };
}

/** A table for people, a line per variable and level. */
export function scoreTable({ lead_hours, rmse }: LeadScore): string {
  const name = Math.max(...Object.keys(rmse).map((key) => key.length));
  const row = (...[label, forecast, persistence, unit]: string[]) =>
    `  ${label.padEnd(name)} ${forecast.padStart(12)} ${persistence.padStart(12)}  ${unit}`;
  const rows = Object.entries(rmse).map(([key, { forecast, persistence, unit }]) =>
    row(key, forecast.toPrecision(4), persistence.toPrecision(4), unit),
  );
  return [row(`RMSE at +${lead_hours} h`.padEnd(name), 'forecast', 'persistence', ''), ...rows]
    .map((line) => line.trimEnd())
    .join('\n');
}
