/**
 * A small synthetic planet, for a first look without any file: westerly jets and travelling Rossby waves in both
 * hemispheres, from closed formulas, on a 10 degree grid. It looks like weather and obeys its first rules (winds
 * without divergence, linear balance, hydrostatic temperature), but it is no model of the real atmosphere.
 */
import { DatasetError } from '../errors';
import type { Dataset, VariableInfo } from './dataset';

const EARTH_RADIUS = 6.371e6; // m
const ROTATION = 7.292e-5; // s-1
const GAS_CONSTANT = 287; // J kg-1 K-1, dry air
const FRAME_HOURS = 6;
const FRAMES = 24;
const START = Date.UTC(2024, 0, 1) / 1000;
const LEVELS = [300, 500, 850];
const DIFFERENCE = 1e-3; // rad, and units of ln p: derivatives of smooth formulas

/** Zonal wave number, amplitude (m s-1), eastward drift (degrees per day), phase (rad), and hemisphere. */
interface Wave {
  number: number;
  amplitude: number;
  drift: number;
  phase: number;
  /** Latitude of the wave's crest, degrees. */
  latitude: number;
}

const WAVES: Wave[] = [
  { number: 3, amplitude: 9, drift: 3, phase: 0.4, latitude: 55 },
  { number: 4, amplitude: 9.9, drift: 7, phase: 2.1, latitude: 50 },
  { number: 6, amplitude: 9, drift: 13, phase: 4.0, latitude: 46 },
  { number: 7, amplitude: 7.2, drift: 16, phase: 5.5, latitude: 43 },
  { number: 4, amplitude: 7.2, drift: 8, phase: 1.2, latitude: -52 },
  { number: 5, amplitude: 9, drift: 12, phase: 3.3, latitude: -50 },
  { number: 7, amplitude: 6.3, drift: 17, phase: 0.2, latitude: -45 },
];

const JET_SPEED = 30; // m s-1, at the top of the atmosphere
const WAVE_WIDTH = 17; // degrees of latitude

const VARIABLES: VariableInfo[] = [
  { name: 'geopotential', hasTime: true, hasLevel: true, units: 'm**2 s**-2' },
  { name: 'temperature', hasTime: true, hasLevel: true, units: 'K' },
  { name: 'u_component_of_wind', hasTime: true, hasLevel: true, units: 'm s**-1' },
  { name: 'v_component_of_wind', hasTime: true, hasLevel: true, units: 'm s**-1' },
  { name: '2m_temperature', hasTime: true, hasLevel: false, units: 'K' },
];

/** The synthetic planet as a dataset of 24 frames, 6 h apart: 19 x 36 grid points, 300, 500 and 850 hPa. */
export function samplePlanet(): Dataset {
  const latitudes = Float32Array.from({ length: 19 }, (_, i) => -90 + 10 * i);
  const longitudes = Float32Array.from({ length: 36 }, (_, i) => 10 * i);
  const name = 'Synthetic sample';
  return {
    name,
    latitudes,
    longitudes,
    levels: LEVELS,
    times: Float64Array.from({ length: FRAMES }, (_, i) => START + i * FRAME_HOURS * 3600),
    variables: new Map(VARIABLES.map((info) => [info.name, info])),
    async read(variable, frame, levels = LEVELS) {
      const info = VARIABLES.find((known) => known.name === variable);
      if (!info)
        throw new DatasetError(
          `${name}: the variable '${variable}' is missing; it holds ${VARIABLES.map((v) => v.name).join(', ')}.`,
        );
      const missing = levels.find((level) => !LEVELS.includes(level));
      if (missing !== undefined)
        throw new DatasetError(
          `${name}: there is no level ${missing} hPa; it holds ${LEVELS.join(', ')} hPa.`,
        );
      const pressures = info.hasLevel ? levels : [1000];
      const days = (frame * FRAME_HOURS) / 24;
      const values = new Float32Array(pressures.length * latitudes.length * longitudes.length);
      let at = 0;
      for (const pressure of pressures) {
        for (const latitude of latitudes) {
          for (const longitude of longitudes) {
            values[at++] = fieldValue(variable, pressure, radians(latitude), radians(longitude), days);
          }
        }
      }
      return values;
    },
    close() {},
  };
}

/** One value in SI units; pressure in hPa, angles in radians, time in days since the first frame. */
function fieldValue(
  variable: string,
  pressure: number,
  latitude: number,
  longitude: number,
  days: number,
): number {
  switch (variable) {
    case 'geopotential':
      return geopotential(Math.log(pressure), latitude, longitude, days);
    case 'temperature':
      return temperature(Math.log(pressure), latitude, longitude, days);
    case 'u_component_of_wind': {
      const change =
        streamFunction(latitude + DIFFERENCE, longitude, days) -
        streamFunction(latitude - DIFFERENCE, longitude, days);
      return (-strength(pressure) * change) / (2 * DIFFERENCE * EARTH_RADIUS);
    }
    case 'v_component_of_wind': {
      const change =
        streamFunction(latitude, longitude + DIFFERENCE, days) -
        streamFunction(latitude, longitude - DIFFERENCE, days);
      // Waves vanish at the poles faster than the meridians meet, so the floor only avoids 0 / 0.
      const meridians = Math.max(1e-6, Math.cos(latitude));
      return (strength(pressure) * change) / (2 * DIFFERENCE * EARTH_RADIUS * meridians);
    }
    default: {
      const localTime = 2 * Math.PI * (days % 1) + longitude;
      const diurnal = -4 * Math.cos(latitude) * Math.cos(localTime - radians(30));
      return temperature(Math.log(pressure), latitude, longitude, days) + diurnal;
    }
  }
}

/** Stream function of the wind at the top of the atmosphere, m2 s-1: two jets and the waves. */
function streamFunction(latitude: number, longitude: number, days: number): number {
  // u = JET_SPEED sin²(2 lat), integrated over latitude.
  let sum = -JET_SPEED * (latitude / 2 - Math.sin(4 * latitude) / 8);
  for (const { number, amplitude, drift, phase, latitude: crest } of WAVES) {
    const offset = (latitude - radians(crest)) / radians(WAVE_WIDTH);
    const envelope = Math.exp(-offset * offset) * Math.cos(latitude) ** 2;
    // Troughs lean with latitude, as they do where waves carry momentum into the jet.
    const lean = 0.5 * offset * Math.sign(crest);
    sum += (amplitude / 2) * envelope * Math.cos(number * (longitude - radians(drift) * days) + phase + lean);
  }
  return EARTH_RADIUS * sum;
}

/** How much of the wind at the top is left at a pressure: it weakens towards the ground. */
function strength(pressure: number): number {
  return 1 - (0.75 * pressure) / 1000;
}

/** Linear balance f ψ on top of a standard atmosphere whose temperature falls as p^0.19; m2 s-2. */
function geopotential(logPressure: number, latitude: number, longitude: number, days: number): number {
  const pressure = Math.exp(logPressure);
  const standard = ((GAS_CONSTANT * 297) / 0.19) * (1 - (pressure / 1013) ** 0.19);
  const coriolis = 2 * ROTATION * Math.sin(latitude);
  return standard + coriolis * strength(pressure) * streamFunction(latitude, longitude, days);
}

/** Hydrostatic: T = −(1/R) dΦ / d ln p; K. */
function temperature(logPressure: number, latitude: number, longitude: number, days: number): number {
  const above = geopotential(logPressure - DIFFERENCE, latitude, longitude, days);
  const below = geopotential(logPressure + DIFFERENCE, latitude, longitude, days);
  return (above - below) / (2 * DIFFERENCE * GAS_CONSTANT);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
