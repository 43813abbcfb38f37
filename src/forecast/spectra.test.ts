import { describe, expect, it } from 'vitest';
import { gridOf, noise } from './fields.fixture';
import { Fourier } from './fourier';
import { ZonalSpectra } from './spectra';

/** |F[k]|² by its definition. */
function plainPower(values: ArrayLike<number>, k: number): number {
  let [real, imaginary] = [0, 0];
  for (let l = 0; l < values.length; l++) {
    const angle = (-2 * Math.PI * k * l) / values.length;
    real += values[l] * Math.cos(angle);
    imaginary += values[l] * Math.sin(angle);
  }
  return (real ** 2 + imaginary ** 2) / values.length ** 2;
}

/** Radius of WeatherBench 2, m. */
const RADIUS = (1000 * (6357 + 6378)) / 2;
const lengthOf = (latitude: number) => 2 * Math.PI * RADIUS * Math.cos((latitude * Math.PI) / 180);

describe('Fourier', () => {
  it.each([1, 2, 3, 8, 36, 45, 49, 97, 144])('of %i values is that of its definition', (length) => {
    const values = noise(length, length);
    const power = new Fourier(length).power(values);
    expect(power.length).toBe(Math.floor(length / 2) + 1);
    power.forEach((found, k) => {
      expect(found).toBeCloseTo(plainPower(values, k), 12);
    });
  });
});

describe('zonal spectra', () => {
  const grid = gridOf(19, 36, true);
  const field = noise(19 * 36, 5);
  const spectra = new ZonalSpectra(grid);
  const row = (latitude: number) => {
    const start = grid.latitudes.indexOf(latitude) * 36;
    return field.subarray(start, start + 36);
  };
  const plain = (latitude: number, k: number) =>
    (k === 0 ? 1 : 2) * lengthOf(latitude) * plainPower(row(latitude), k);

  it('of a circle are those of the definition', () => {
    for (const latitude of [-60, 0, 40]) {
      const energy = spectra.circle(field, latitude);
      expect(energy.length).toBe(19);
      energy.forEach((found, k) => {
        expect(found / plain(latitude, k), `${latitude}, ${k}`).toBeCloseTo(1, 9);
      });
    }
  });

  it('sum up to the integral of the square around the circle (Parseval)', () => {
    // An odd number of columns, whose shortest wave is not doubled too much.
    const odd = gridOf(7, 45, true);
    const values = noise(7 * 45, 6);
    const energy = new ZonalSpectra(odd).circle(values, 30);
    const squares = values.subarray(4 * 45, 5 * 45).reduce((sum, value) => sum + value * value, 0);
    const total = energy.reduce((sum, part) => sum + part, 0);
    expect(total / ((squares * lengthOf(30)) / 45)).toBeCloseTo(1, 9);
  });

  it('of a band are the mean over its circles, at the same wavelengths', () => {
    const band = spectra.bands.findIndex(({ id }) => id === '30-60');
    const { latitudes, wavelengths } = spectra.bands[band];
    expect(latitudes).toEqual([-60, -50, -40, -30, 30, 40, 50, 60]);
    const found = spectra.of(field)[band];
    found.forEach((energy, i) => {
      let expected = 0;
      for (const latitude of latitudes) {
        // Linear in frequency between the two components next to it.
        const frequency = 1 / wavelengths[i];
        const k = Math.min(Math.floor(frequency * lengthOf(latitude) + 1e-9), 17);
        const [left, right] = [k / lengthOf(latitude), (k + 1) / lengthOf(latitude)];
        const share = (frequency - left) / (right - left);
        expected += ((1 - share) * plain(latitude, k) + share * plain(latitude, k + 1)) / latitudes.length;
      }
      expect(energy / expected, `${i}`).toBeCloseTo(1, 9);
    });
    expect(wavelengths[0]).toBe(Number.POSITIVE_INFINITY);
    expect(wavelengths[18] / (lengthOf(30) / 18)).toBeCloseTo(1, 6);
  });

  it('name the circles next to 45 degrees and the equator where a grid has none there', () => {
    const { bands } = new ZonalSpectra(gridOf(32, 64, false));
    const circles = Object.fromEntries(bands.map(({ id, latitudes }) => [id, latitudes]));
    expect(Math.abs(circles.equator[0])).toBeCloseTo(2.8125, 4);
    expect(circles['45N'][0]).toBeCloseTo(42.1875, 4);
    expect(circles['45S'][0]).toBeCloseTo(-42.1875, 4);
    expect(circles['30N-60N'].every((y) => y >= 30 && y <= 60)).toBe(true);
  });
});
