/** Zonal energy spectra (WeatherBench 2, `ZonalEnergySpectrum`): how much energy a field has at which wavelength. */
import type { Dataset } from '../weather/dataset';
import { Fourier } from './fourier';

/** Mean of the equatorial and the polar radius, as WeatherBench 2 has it, m. */
const EARTH_RADIUS = 6.3675e6;

/** Latitude circles over which spectra are averaged. */
export interface Band {
  id: string;
  title: string;
  /** Degrees north of the circles, ascending. */
  latitudes: number[];
  /** m, one per spectral component, descending; Infinity, the zonal mean, comes first. */
  wavelengths: Float64Array;
}

/** Bands of WeatherBench 2 and single circles: those of the grid's latitudes that they take in. */
const BANDS: { id: string; title: string; select: (latitudes: number[]) => number[] }[] = [
  { id: '30-60', title: '30° to 60°, both hemispheres', select: (all) => all.filter(isMiddle) },
  { id: '30N-60N', title: '30° N to 60° N', select: (all) => all.filter((y) => isMiddle(y) && y > 0) },
  { id: '30S-60S', title: '30° S to 60° S', select: (all) => all.filter((y) => isMiddle(y) && y < 0) },
  { id: '45N', title: 'the circle next to 45° N', select: (all) => [nearest(all, 45)] },
  { id: 'equator', title: 'the circle next to the equator', select: (all) => [nearest(all, 0)] },
  { id: '45S', title: 'the circle next to 45° S', select: (all) => [nearest(all, -45)] },
];

function isMiddle(latitude: number): boolean {
  return Math.abs(latitude) >= 30 - 1e-4 && Math.abs(latitude) <= 60 + 1e-4;
}

/** Of two at the same distance the one next to the equator, so that both hemispheres are treated alike. */
function nearest(latitudes: number[], wanted: number): number {
  const outwards = latitudes.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  return outwards.reduce((best, y) => (Math.abs(y - wanted) < Math.abs(best - wanted) ? y : best));
}

/** Length of a latitude circle, m. */
export function circumference(latitude: number): number {
  return 2 * Math.PI * EARTH_RADIUS * Math.cos((latitude * Math.PI) / 180);
}

/** Energy spectra along the latitude circles of one grid. */
export class ZonalSpectra {
  readonly bands: Band[];
  private readonly rows: Map<number, number>;
  private readonly fourier: Fourier;

  constructor({ latitudes, longitudes }: Pick<Dataset, 'latitudes' | 'longitudes'>) {
    this.rows = new Map(Array.from(latitudes, (latitude, row) => [latitude, row]));
    this.fourier = new Fourier(longitudes.length);
    const components = Math.floor(longitudes.length / 2) + 1;
    this.bands = BANDS.map(({ id, title, select }) => ({ id, title, circles: select(Array.from(latitudes)) }))
      .filter(({ circles }) => circles.length > 0)
      .map(({ id, title, circles }) => {
        // Those of the longest circle: the other circles resolve them as well.
        const longest = Math.max(...circles.map(circumference));
        const wavelengths = Float64Array.from({ length: components }, (_, k) => longest / k);
        return { id, title, latitudes: circles, wavelengths };
      });
  }

  /**
   * Energy S[k] of one latitude circle of circumference C by zonal wavenumber: C |F[0]|² for the zonal mean and
   * 2 C |F[k]|² for k > 0, F the discrete Fourier transform divided by its length; the field's unit squared times m.
   * (As in WeatherBench 2, the shortest wave of an even number of columns is doubled too.)
   *
   * @param field [latitudes, longitudes]
   * @returns [⌊longitudes / 2⌋ + 1]; component k has the wavelength C / k
   */
  circle(field: Float32Array, latitude: number): Float64Array {
    const columns = this.fourier.length;
    const row = this.rows.get(latitude)!;
    const length = circumference(latitude);
    return this.fourier
      .power(field.subarray(row * columns, (row + 1) * columns))
      .map((power, k) => (k === 0 ? 1 : 2) * length * power);
  }

  /**
   * Mean energy of each band's circles, interpolated linearly in 1 / wavelength to the band's wavelengths.
   *
   * @param field [latitudes, longitudes]
   * @returns per band [wavelengths]
   */
  of(field: Float32Array): Float64Array[] {
    const circles = new Map<number, Float64Array>();
    for (const { latitudes } of this.bands)
      for (const y of latitudes) if (!circles.has(y)) circles.set(y, this.circle(field, y));
    return this.bands.map(({ latitudes, wavelengths }) => {
      const mean = new Float64Array(wavelengths.length);
      for (const latitude of latitudes) {
        const energy = circles.get(latitude)!;
        const length = circumference(latitude);
        for (let i = 0; i < mean.length; i++) {
          const wavenumber = length / wavelengths[i]; // i on the longest circle, less on others
          const below = Math.min(Math.floor(wavenumber), energy.length - 2);
          const share = wavenumber - below;
          mean[i] += ((1 - share) * energy[below] + share * energy[below + 1]) / latitudes.length;
        }
      }
      return mean;
    });
  }
}
