import { expect, it } from 'vitest';
import { coversLatitude, coversLongitude, REGIONS, regionsNamed } from './regions';

function inside(id: string, latitude: number, longitude: number): boolean {
  const [region] = regionsNamed([id]);
  return coversLatitude(region, latitude) && coversLongitude(region, longitude);
}

it('takes in their edges', () => {
  expect(inside('northern-hemisphere', 20, 100)).toBe(true);
  expect(inside('tropics', 20, 100)).toBe(true);
  expect(inside('tropics', Math.fround(20.1), 100)).toBe(false);
  expect(inside('southern-hemisphere', -20, 0)).toBe(true);
  expect(inside('extra-tropics', -30, 0)).toBe(true);
  expect(inside('extra-tropics', 0, 0)).toBe(false);
  expect(inside('ausnz', -12.5, 175)).toBe(true);
});

it('reaches through the first meridian in Europe', () => {
  for (const longitude of [347.5, 355, 0, 42.5])
    expect(inside('europe', 50, longitude), `${longitude}`).toBe(true);
  for (const longitude of [345, 45, 180]) expect(inside('europe', 50, longitude), `${longitude}`).toBe(false);
  expect(inside('europe', 30, 0)).toBe(false);
});

it('knows each by one name, and says which there are', () => {
  expect(new Set(REGIONS.map(({ id }) => id)).size).toBe(REGIONS.length);
  expect(() => regionsNamed(['global', 'atlantis'])).toThrow(
    /There is no region 'atlantis'; choose among global, /,
  );
});
