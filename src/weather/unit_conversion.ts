/**
 * Conversion between spellings and multiples of units, by dimensional analysis: 'm**2 s**-2', 'm2/s2' and 'J kg-1'
 * are the same, 'hPa' is 100 'Pa'. Only what the variables in `variables.ts` need.
 */

/** converted = value · multiplier / divisor + offset; dividing keeps 5500 Pa = 55 hPa exact. */
export interface Conversion {
  multiplier: number;
  divisor: number;
  offset: number;
}

/** Exponents of metre, kilogram, second and kelvin. */
type Dimensions = readonly [number, number, number, number];

interface Unit {
  /** In the base units. */
  factor: number;
  dimensions: Dimensions;
}

const PURE: Dimensions = [0, 0, 0, 0];
const LENGTH: Dimensions = [1, 0, 0, 0];
const MASS: Dimensions = [0, 1, 0, 0];
const TIME: Dimensions = [0, 0, 1, 0];
const TEMPERATURE: Dimensions = [0, 0, 0, 1];
const PRESSURE: Dimensions = [-1, 1, -2, 0];
const ENERGY: Dimensions = [2, 1, -2, 0];

/** Units under every spelling: words in lower case, symbols as they are. */
const UNITS = new Map<string, Unit>();
for (const [names, factor, dimensions] of [
  ['1 fraction proportion dimensionless none', 1, PURE],
  ['% percent', 0.01, PURE],
  ['m meter meters metre metres gpm', 1, LENGTH],
  ['mm millimeter millimeters millimetre millimetres', 1e-3, LENGTH],
  ['cm', 1e-2, LENGTH],
  ['dam', 10, LENGTH],
  ['km', 1e3, LENGTH],
  ['kg kilogram kilograms', 1, MASS],
  ['g gram grams', 1e-3, MASS],
  ['mg', 1e-6, MASS],
  ['s sec second seconds', 1, TIME],
  ['h hour hours', 3600, TIME],
  ['K kelvin kelvins', 1, TEMPERATURE],
  ['Pa pascal pascals', 1, PRESSURE],
  ['hPa mb mbar millibar millibars hectopascal hectopascals', 100, PRESSURE],
  ['kPa', 1000, PRESSURE],
  ['J joule joules', 1, ENERGY],
  ['kJ', 1e3, ENERGY],
  ['MJ', 1e6, ENERGY],
] as const) {
  for (const name of names.split(' ')) UNITS.set(name, { factor, dimensions });
}

/** Degrees Celsius have no zero in common with kelvins, and so are no multiple of them. */
const CELSIUS = /^(?:°\s?C|C|(?:deg(?:ree)?s?[ _]?)?celsius|deg(?:ree)?s?[ _]?C)$/i;
const KELVIN_AT_0_CELSIUS = 273.15;

/** A mixing ratio is no percentage: a humidity in % is the relative one. */
const PERCENT = /^(?:%|percent)$/i;
const MIXING_RATIO = 'kg kg**-1';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * How values in the unit `found` become values in the unit `expected`. A unit that is not given ('' or 'unknown')
 * is taken for the expected one.
 *
 * @returns undefined when `found` is not understood or measures something else
 */
export function unitConversion(found: string, expected: string): Conversion | undefined {
  const given = found.trim();
  if (given === '' || given === 'unknown' || given === expected) {
    return { multiplier: 1, divisor: 1, offset: 0 };
  }
  if (PERCENT.test(given) && expected === MIXING_RATIO) return undefined;
  const isCelsius = CELSIUS.test(given);
  const from = parseUnit(isCelsius ? 'K' : given);
  const to = parseUnit(expected);
  if (!from || !to || from.dimensions.some((exponent, d) => exponent !== to.dimensions[d])) return undefined;
  return { multiplier: from.factor, divisor: to.factor, offset: isCelsius ? KELVIN_AT_0_CELSIUS : 0 };
}

/** Converts in place. */
export function convert(values: Float32Array | Float64Array, conversion: Conversion): void {
  const { multiplier, divisor, offset } = conversion;
  if (multiplier === divisor && offset === 0) return;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] * multiplier) / divisor + offset;
}

/** A product of powers, such as 'kg m**-2', 'm2/s2', 'Pa s^-1', 'm.s-1', 'meters per second', '(0 - 1)'. */
function parseUnit(text: string): Unit | undefined {
  const plain = text
    .replace(/^\(?0 ?- ?1\)?$|^[~-]$/, '1')
    .replace(/ of water( equivalent)?$/, '')
    .replace(/[⁰¹²³⁴-⁹]/g, (digit) => String(SUPERSCRIPTS.indexOf(digit)))
    .replaceAll('⁻', '-')
    .replaceAll('**', '^')
    .replace(/ per /g, '/')
    .replace(/[*.·⋅]/g, ' ');
  const power = /\s*(\/?)\s*([a-z]+|%|1)(?:\^?\(?([+-]?\d+)\)?)?\s*/iy;
  let factor = 1;
  const dimensions = [...PURE] as [number, number, number, number];
  while (power.lastIndex < plain.length) {
    const match = power.exec(plain);
    const unit = match && (UNITS.get(match[2]) ?? wordFor(match[2]));
    if (!unit) return undefined;
    const exponent = Number(match[3] ?? 1) * (match[1] ? -1 : 1);
    factor *= unit.factor ** exponent;
    unit.dimensions.forEach((d, i) => {
      dimensions[i] += d * exponent;
    });
  }
  return { factor, dimensions };
}

/** Case tells symbols apart ('mm', 'Mm'), but not words. */
function wordFor(name: string): Unit | undefined {
  return name.length > 3 ? UNITS.get(name.toLowerCase()) : undefined;
}
