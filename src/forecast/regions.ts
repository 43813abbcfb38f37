import { ConfigError } from '../errors';

/** A part of the globe over which scores are averaged. */
export interface Region {
  /** WeatherBench 2's name, where it has one. */
  id: string;
  title: string;
  /** Degrees north, inclusive; several bands for the extratropics. */
  latitudes: [south: number, north: number][];
  /** Degrees east from 0 to 360, inclusive; through the first meridian where west is greater. All when left out. */
  longitudes?: [west: number, east: number];
  /** Weighs each grid point by its land fraction, or by what is left of it. */
  surface?: 'land' | 'sea';
}

const WHOLE: Region['latitudes'] = [[-90, 90]];

/** All that can be scored; the boxes are those of WeatherBench 2's evaluation (Rasp et al. 2024, section 3). */
export const REGIONS: readonly Region[] = [
  { id: 'global', title: 'Global', latitudes: WHOLE },
  { id: 'northern-hemisphere', title: 'Northern extratropics (20–90° N)', latitudes: [[20, 90]] },
  { id: 'southern-hemisphere', title: 'Southern extratropics (20–90° S)', latitudes: [[-90, -20]] },
  {
    id: 'extra-tropics',
    title: 'Extratropics (beyond 20°)',
    latitudes: [
      [-90, -20],
      [20, 90],
    ],
  },
  { id: 'tropics', title: 'Tropics (20° S – 20° N)', latitudes: [[-20, 20]] },
  { id: 'arctic', title: 'Arctic (60–90° N)', latitudes: [[60, 90]] },
  { id: 'antarctic', title: 'Antarctic (60–90° S)', latitudes: [[-90, -60]] },
  { id: 'europe', title: 'Europe', latitudes: [[35, 75]], longitudes: [347.5, 42.5] },
  { id: 'north-america', title: 'North America', latitudes: [[25, 60]], longitudes: [240, 285] },
  { id: 'north-atlantic', title: 'North Atlantic', latitudes: [[25, 65]], longitudes: [290, 350] },
  { id: 'north-pacific', title: 'North Pacific', latitudes: [[25, 60]], longitudes: [145, 230] },
  { id: 'east-asia', title: 'East Asia', latitudes: [[25, 60]], longitudes: [102.5, 150] },
  { id: 'ausnz', title: 'Australia and New Zealand', latitudes: [[-45, -12.5]], longitudes: [120, 175] },
  { id: 'global_land', title: 'Land', latitudes: WHOLE, surface: 'land' },
  { id: 'global_sea', title: 'Sea', latitudes: WHOLE, surface: 'sea' },
];

export const GLOBAL = REGIONS[0];

/**
 * Regions by their names.
 * @throws ConfigError when there is no such region
 */
export function regionsNamed(ids: readonly string[]): Region[] {
  return ids.map((id) => {
    const region = REGIONS.find((known) => known.id === id);
    if (region) return region;
    throw new ConfigError(
      `There is no region '${id}'; choose among ${REGIONS.map((known) => known.id).join(', ')}.`,
    );
  });
}

/** Float32 coordinates of a grid that has points on a region's edge may miss it by this much. */
const EDGE_TOLERANCE = 1e-4;

const between = (value: number, least: number, most: number) =>
  value >= least - EDGE_TOLERANCE && value <= most + EDGE_TOLERANCE;

/** Whether a latitude (degrees north) lies in a region's box. */
export function coversLatitude({ latitudes }: Region, latitude: number): boolean {
  return latitudes.some(([south, north]) => between(latitude, south, north));
}

/** Whether a longitude (degrees east from 0 to 360) lies in a region's box. */
export function coversLongitude({ longitudes }: Region, longitude: number): boolean {
  if (!longitudes) return true;
  const [west, east] = longitudes;
  if (west <= east) return between(longitude, west, east);
  return between(longitude, west, 360) || between(longitude, 0, east);
}
