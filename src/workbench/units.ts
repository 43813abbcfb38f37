/**
 * How each variable is shown: its short name, the unit forecasters read it in, and its colour map.
 * Files and the network keep SI units; conversion happens only here, at the screen's edge.
 */
import type { ColourMapName } from './globe/colour_map';
import { t } from './words/words';

/** Standard gravity (m s-2): geopotential / g = geopotential height. */
const GRAVITY = 9.80665;

export interface Display {
  /** Words for menus and legends, without the level: 'Geopotential height'. */
  label: string;
  unit: string;
  /** Shown value = stored value * scale + offset. */
  scale: number;
  offset: number;
  /** Unit of a difference, where it reads otherwise than the value's (°C differences are K). */
  differenceUnit: string;
  colourMap: ColourMapName;
  /** How the colour range follows the data: its own spread, equal ends about zero, or upward from zero. */
  range: 'spread' | 'symmetric' | 'from zero';
}

function display(
  label: string,
  unit: string,
  scale: number,
  offset: number,
  colourMap: ColourMapName,
  range: Display['range'],
): Display {
  const differenceUnit = unit === '°C' ? 'K' : unit;
  return { label, unit, scale, offset, differenceUnit, colourMap, range };
}

const DISPLAYS: Record<string, Display> = {
  geopotential: display('Geopotential height', 'dam', 1 / (10 * GRAVITY), 0, 'warmth', 'spread'),
  temperature: display('Temperature', '°C', 1, -273.15, 'warmth', 'spread'),
  u_component_of_wind: display('Eastward wind', 'm/s', 1, 0, 'wind', 'symmetric'),
  v_component_of_wind: display('Northward wind', 'm/s', 1, 0, 'wind', 'symmetric'),
  vertical_velocity: display('Vertical velocity', 'Pa/s', 1, 0, 'vertical', 'symmetric'),
  specific_humidity: display('Specific humidity', 'g/kg', 1000, 0, 'moisture', 'from zero'),
  '2m_temperature': display('2 m temperature', '°C', 1, -273.15, 'warmth', 'spread'),
  '10m_u_component_of_wind': display('10 m eastward wind', 'm/s', 1, 0, 'wind', 'symmetric'),
  '10m_v_component_of_wind': display('10 m northward wind', 'm/s', 1, 0, 'wind', 'symmetric'),
  mean_sea_level_pressure: display('Sea-level pressure', 'hPa', 0.01, 0, 'pressure', 'spread'),
  total_precipitation_6hr: display('Precipitation, 6 h', 'mm', 1000, 0, 'moisture', 'from zero'),
  // Joules accumulated over the hour before, shown as that hour's mean flux.
  toa_incident_solar_radiation: display(
    'Solar radiation, top of atmosphere',
    'W/m²',
    1 / 3600,
    0,
    'light',
    'from zero',
  ),
  geopotential_at_surface: display('Surface height', 'm', 1 / GRAVITY, 0, 'terrain', 'from zero'),
  land_sea_mask: display('Land fraction', '', 1, 0, 'terrain', 'from zero'),
};

/** The display of a variable; a variable this table does not name keeps its own name and the file's unit. */
export function displayOf(variable: string, fileUnit = ''): Display {
  return DISPLAYS[variable] ?? display(sentence(variable), fileUnit, 1, 0, 'neutral', 'spread');
}

type Unit = Pick<Display, 'unit' | 'differenceUnit' | 'scale' | 'offset'> & { label?: string };

/** Units that a quantity is also read in, by its usual unit. */
const OTHER_UNITS: Record<string, Unit[]> = {
  dam: [
    { unit: 'm', differenceUnit: 'm', scale: 1 / GRAVITY, offset: 0 },
    { unit: 'm²/s²', differenceUnit: 'm²/s²', scale: 1, offset: 0, label: 'Geopotential' },
  ],
  '°C': [
    { unit: 'K', differenceUnit: 'K', scale: 1, offset: 0 },
    { unit: '°F', differenceUnit: '°F', scale: 1.8, offset: -459.67 },
  ],
  'm/s': [
    { unit: 'kt', differenceUnit: 'kt', scale: 3600 / 1852, offset: 0 },
    { unit: 'km/h', differenceUnit: 'km/h', scale: 3.6, offset: 0 },
  ],
};

/** The display in the unit that is among the chosen ones, else as it is. */
export function inChosenUnit(d: Display, chosen: string[]): Display {
  const other = OTHER_UNITS[d.unit]?.find(({ unit }) => chosen.includes(unit));
  return other ? { ...d, ...other } : d;
}

/** Names of the units that a quantity is read in, the usual one first, from any of them; [] when there is one only. */
export function unitChoices(unit: string): string[] {
  const lists = Object.entries(OTHER_UNITS).map(([usual, others]) => [usual, ...others.map((o) => o.unit)]);
  return lists.find((list) => list.includes(unit)) ?? [];
}

function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** '500 hPa geopotential height', or the label alone for a surface variable. */
export function fieldTitle(label: string, level: number | null): string {
  return level === null ? label : `${level} hPa ${lowerFirst(label)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A stored value in the shown unit. */
export function toShown(value: number, d: Display): number {
  return value * d.scale + d.offset;
}

/** A stored difference (error, RMSE) in the shown unit: scaled, never shifted. */
export function differenceToShown(value: number, d: Display): number {
  return value * d.scale;
}

/** Stored values, or differences of such, in the shown unit. A plain loop: there can be a million of them. */
export function inUnit(
  values: Float32Array,
  { scale, offset }: Display,
  areDifferences: boolean,
): Float32Array {
  const shift = areDifferences ? 0 : offset;
  const shown = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) shown[i] = values[i] * scale + shift;
  return shown;
}

const MINUS = '\u2212';

/** A number with three significant digits or so, a true minus sign, and no exponent in the ordinary range. */
export function formatValue(value: number, step?: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e6 || magnitude < 1e-4)) {
    return value.toExponential(1).replace('e+', 'e').replaceAll('-', MINUS);
  }
  const digits = step === undefined ? decimalsFor(magnitude) : decimalsOfStep(step);
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace('-', MINUS);
}

function decimalsFor(magnitude: number): number {
  if (magnitude === 0 || magnitude >= 100) return 0;
  if (magnitude >= 10) return 1;
  return Math.min(5, 2 - Math.floor(Math.log10(magnitude)));
}

/** Decimals that tell multiples of `step` apart. */
function decimalsOfStep(step: number): number {
  for (let digits = 0; digits < 6; digits++) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits;
  }
  return 6;
}

/** '38.0° N 15.0° E'. */
export function formatPlace({ longitude, latitude }: { longitude: number; latitude: number }): string {
  const degrees = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(1)}° ${value < 0 ? negative : positive}`;
  return `${degrees(latitude, 'N', 'S')} ${degrees(longitude, 'E', 'W')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** '3 Jun 2024, 18 UTC' from seconds since 1970; minutes only when they are not zero. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const hour = String(date.getUTCHours()).padStart(2, '0');
  const minute = date.getUTCMinutes();
  const clock = minute === 0 ? hour : `${hour}:${String(minute).padStart(2, '0')}`;
  return t('{day} {month} {year}, {clock} UTC', {
    day: date.getUTCDate(),
    month: t(MONTHS[date.getUTCMonth()]),
    year: date.getUTCFullYear(),
    clock,
  });
}

/** '+6 h', '+2 d 12 h'; '0 h' for the initial time. */
export function formatLead(hours: number): string {
  if (hours <= 0) return '0 h';
  if (hours < 48) return `+${hours} h`;
  const rest = hours % 24;
  return rest === 0 ? `+${hours / 24} d` : `+${Math.floor(hours / 24)} d ${rest} h`;
}

/** '45 s', '7 min', '1 h 20 min': a span that is still to wait, roughly. */
export function formatSpan(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
