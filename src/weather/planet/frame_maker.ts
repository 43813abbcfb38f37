/** From the model's state to the fields that weather services write, on a regular grid and pressure levels. */
import { sunPosition } from '../solar_radiation';
import type { Atmosphere } from './atmosphere';
import { REFERENCE_PRESSURE } from './constants';
import { GaussianFields } from './gaussian_fields';
import { GridInterpolation } from './grid_interpolation';
import type { OutputGrid } from './output_grid';
import { Column } from './pressure_levels';
import { REFERENCE_TEMPERATURE, type SpectralState, stateOfRest } from './semi_implicit';

/** Roughness of sea and land for the logarithmic profile of wind below the lowest layer, m. */
const SEA_ROUGHNESS = 2e-4;
const LAND_ROUGHNESS = 0.1;
/** Height of the lowest layer in units of −ln σ, m: R T / g at 280 K. */
const SCALE_HEIGHT = 8200;
/** Warming of the air at 2 m over land by the sun, K per unit of the excess over the day's mean of cos(zenith). */
const DIURNAL_RANGE = 9;
/** By which the warmest hour is later than noon, s. */
const DIURNAL_LAG = 2.5 * 3600;

/** What a frame holds besides fields on pressure levels. */
export const SURFACE_VARIABLES = [
  '2m_temperature',
  'mean_sea_level_pressure',
  '10m_v_component_of_wind',
  '10m_u_component_of_wind',
  'total_precipitation_6hr',
] as const;
export const LEVEL_VARIABLES = [
  'temperature',
  'geopotential',
  'u_component_of_wind',
  'v_component_of_wind',
  'vertical_velocity',
  'specific_humidity',
] as const;

/** What lies under the air, on the grid of the frames. */
export interface Ground {
  /** m² s⁻² */
  surfaceGeopotential: Float64Array;
  /** 0 … 1 */
  landFraction: Float32Array;
}

export class FrameMaker {
  private readonly atmosphere: Atmosphere;
  private readonly output: OutputGrid;
  private readonly ground: Ground;
  private readonly pressureLevels: number[];
  private readonly state: SpectralState;
  private readonly fields: GaussianFields;
  private readonly humidity: Float64Array[];
  private readonly pressureTendency: Float64Array[];
  private readonly rain: Float64Array;
  private readonly interpolation: GridInterpolation;

  /** @param pressureLevels hPa */
  constructor(atmosphere: Atmosphere, output: OutputGrid, ground: Ground, pressureLevels: number[]) {
    this.atmosphere = atmosphere;
    this.output = output;
    this.ground = ground;
    this.pressureLevels = pressureLevels;
    const { levels, transform } = atmosphere.model;
    this.state = stateOfRest(output.truncation, levels.count);
    this.fields = new GaussianFields(output.transform, levels);
    const plane = () => new Float64Array(output.size);
    this.humidity = Array.from({ length: levels.count }, plane);
    this.pressureTendency = Array.from({ length: levels.count }, plane);
    this.rain = plane();
    this.interpolation = new GridInterpolation(transform.grid, output.grid);
  }

  /**
   * The fields at the model's present state, float32 in ERA5's units: those of `LEVEL_VARIABLES`
   * [levels, latitudes, longitudes] and of `SURFACE_VARIABLES` [latitudes, longitudes].
   *
   * @param time seconds since 1970-01-01 UTC
   * @param hasSeasons whether the sun leaves the equator
   */
  frame(time: number, hasSeasons: boolean): Map<string, Float32Array> {
    this.evaluate();
    const { size, grid } = this.output;
    const result = new Map<string, Float32Array>();
    for (const name of SURFACE_VARIABLES) result.set(name, new Float32Array(size));
    for (const name of LEVEL_VARIABLES) result.set(name, new Float32Array(size * this.pressureLevels.length));
    const warming = this.diurnalWarming(time, hasSeasons);
    const column = new Column(this.atmosphere.model.levels);
    for (let i = 0; i < size; i++) {
      const row = Math.floor(i / grid.longitudes.length);
      column.temperature.forEach((_, k) => {
        column.temperature[k] = REFERENCE_TEMPERATURE + this.fields.temperature[k][i];
      });
      column.set(
        this.fields.logPressure[i] + Math.log(REFERENCE_PRESSURE),
        this.ground.surfaceGeopotential[i],
      );
      this.setLevels(result, column, i, row);
      this.setSurface(result, column, i, row, warming[i]);
    }
    return result;
  }

  /** Brings the model's state to the grid. */
  private evaluate(): void {
    const { output, state, fields, interpolation } = this;
    const { model, moisture } = this.atmosphere;
    for (const name of ['vorticity', 'divergence', 'temperature'] as const) {
      state[name].forEach((field, k) => {
        output.retruncate(model.current[name][k], field);
      });
    }
    output.retruncate(model.current.logPressure, state.logPressure);
    fields.evaluate(state);
    for (let k = 0; k < model.levels.count; k++) {
      interpolation.apply(moisture.humidity[k], this.humidity[k]);
      fields.pressureTendency(k, this.pressureTendency[k]);
    }
    interpolation.apply(moisture.rain, this.rain);
  }

  private setLevels(result: Map<string, Float32Array>, column: Column, i: number, row: number): void {
    const { fields, output } = this;
    const inverseCosine = 1 / Math.sqrt(1 - output.transform.grid.sines[row] ** 2);
    this.pressureLevels.forEach((level, l) => {
      const pressure = 100 * level;
      const logPressure = Math.log(pressure);
      const [temperature, geopotential] = column.at(logPressure);
      const { above, share } = column.position(logPressure);
      const between = (layers: Float64Array[]) =>
        layers[above][i] + share * (layers[above + 1][i] - layers[above][i]);
      const at = l * output.size + i;
      result.get('temperature')![at] = temperature;
      result.get('geopotential')![at] = geopotential;
      result.get('u_component_of_wind')![at] = between(fields.u) * inverseCosine;
      result.get('v_component_of_wind')![at] = between(fields.v) * inverseCosine;
      result.get('vertical_velocity')![at] = between(this.pressureTendency) * pressure;
      result.get('specific_humidity')![at] = between(this.humidity);
    });
  }

  private setSurface(
    result: Map<string, Float32Array>,
    column: Column,
    i: number,
    row: number,
    warming: number,
  ): void {
    const { fields, output } = this;
    const { levels } = this.atmosphere.model;
    const lowest = levels.count - 1;
    const height = -SCALE_HEIGHT * Math.log(levels.full[lowest]);
    const land = this.ground.landFraction[i];
    const slowing =
      (1 - land) * logarithmicProfile(height, SEA_ROUGHNESS) +
      land * logarithmicProfile(height, LAND_ROUGHNESS);
    const scale = slowing / Math.sqrt(1 - output.transform.grid.sines[row] ** 2);
    result.get('2m_temperature')![i] = column.groundTemperature + land * warming;
    result.get('mean_sea_level_pressure')![i] = column.seaLevelPressure();
    result.get('10m_u_component_of_wind')![i] = fields.u[lowest][i] * scale;
    result.get('10m_v_component_of_wind')![i] = fields.v[lowest][i] * scale;
    result.get('total_precipitation_6hr')![i] = this.rain[i];
  }

  /** Warming of the air at 2 m over land by day and cooling by night, K; 0 on the mean of a day. */
  private diurnalWarming(time: number, hasSeasons: boolean): Float64Array {
    const sun = sunPosition(time - DIURNAL_LAG);
    const sine = hasSeasons ? sun.sinDeclination : 0;
    const cosine = Math.sqrt(1 - sine * sine);
    const { longitudes } = this.output.grid;
    const { sines } = this.output.transform.grid;
    const warming = new Float64Array(this.output.size);
    for (let i = 0; i < warming.length; i++) {
      const row = Math.floor(i / longitudes.length);
      const constant = sines[row] * sine;
      const amplitude = Math.sqrt(1 - sines[row] ** 2) * cosine;
      const hourAngle = sun.hourAngle + (longitudes[i % longitudes.length] * Math.PI) / 180;
      const sunset = Math.acos(Math.max(-1, Math.min(1, -constant / amplitude)));
      const mean = (sunset * constant + Math.sin(sunset) * amplitude) / Math.PI;
      warming[i] = DIURNAL_RANGE * (Math.max(0, constant + amplitude * Math.cos(hourAngle)) - mean);
    }
    return warming;
  }
}

/** Wind at 10 m relative to that at a height, m, in neutral air. */
function logarithmicProfile(height: number, roughness: number): number {
  return Math.min(1, Math.log(10 / roughness) / Math.log(height / roughness));
}
