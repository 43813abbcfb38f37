import type { Channel } from '../weather/channels';

/** Short names as forecasters write them; on levels the pressure is put behind. */
const SHORT: Record<string, string> = {
  geopotential: 'z',
  temperature: 't',
  u_component_of_wind: 'u',
  v_component_of_wind: 'v',
  wind_vector: 'wind',
  vertical_velocity: 'w',
  specific_humidity: 'q',
  relative_humidity: 'r',
  '2m_temperature': 't2m',
  '10m_u_component_of_wind': 'u10',
  '10m_v_component_of_wind': 'v10',
  '10m_wind_vector': 'wind10',
  mean_sea_level_pressure: 'msl',
  surface_pressure: 'sp',
  sea_surface_temperature: 'sst',
  total_precipitation_6hr: 'tp6h',
};

/** What forecasters look at first, in that order (GraphCast's and WeatherBench 2's headline scores). */
const HEADLINE: Channel[] = [
  { variable: 'geopotential', level: 500 },
  { variable: 'temperature', level: 850 },
  { variable: '2m_temperature', level: null },
  { variable: '10m_u_component_of_wind', level: null },
  { variable: '10m_v_component_of_wind', level: null },
  { variable: 'mean_sea_level_pressure', level: null },
  { variable: 'specific_humidity', level: 700 },
  { variable: 'u_component_of_wind', level: 850 },
  { variable: 'v_component_of_wind', level: 850 },
  { variable: 'u_component_of_wind', level: 250 },
  { variable: 'total_precipitation_6hr', level: null },
];

/** 'geopotential 500', '2m_temperature': how a field is called in score files. */
export function fieldId({ variable, level }: Channel): string {
  return level === null ? variable : `${variable} ${level}`;
}

/** 'z500', 't2m'; the variable's own name where forecasters have none. */
export function shortName({ variable, level }: Channel): string {
  const short = SHORT[variable] ?? variable;
  return level === null ? short : `${short}${short === variable ? ' ' : ''}${level}`;
}

/** Those of the fields that are looked at first; the first few where none of them is known. */
export function headlineFields<T extends Channel>(fields: readonly T[]): T[] {
  const found = HEADLINE.flatMap(
    ({ variable, level }) => fields.find((f) => f.variable === variable && f.level === level) ?? [],
  );
  return found.length > 0 ? found : fields.slice(0, 6);
}

/** Units as people write them: 'm**2 s**-2' becomes 'm² s⁻²'. */
export function prettyUnits(units: string): string {
  if (units === '(0 - 1)' || units === '1') return '';
  return units.replace(/\*\*(-?\d+)/g, (_, power: string) =>
    power.replace(/./g, (sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]),
  );
}

/** Four digits for people; very small and very large numbers with a power of ten. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace('e+', 'e');
  return value.toPrecision(size >= 1000 ? Math.ceil(Math.log10(size + 1)) : 4);
}
