/** Whatever the order and the split of a file, the clean grid is the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDataset } from './dataset';
import { content, era5File } from './era5_layouts.fixture';
import { writeNetcdf3 } from './formats/netcdf3_writer';

const LATITUDES = [-90, -45, 0, 45, 90];
const LONGITUDES = [0, 60, 120, 180, 240, 300];
const LEVELS = [300, 500, 850];
const HOURS = [0, 6, 12, 18, 24];
const RUNS = 40;

const asFile = (options: Parameters<typeof era5File>[0], name: string) =>
  new File([writeNetcdf3(era5File(options))], name);
const shuffled = <T>(values: T[]) => fc.shuffledSubarray(values, { minLength: values.length });

const clean = await content(
  await openDataset(
    asFile({ latitudes: LATITUDES, longitudes: LONGITUDES, levels: LEVELS, hours: HOURS }, 'clean.nc'),
  ),
);

test('any order of axes and dimensions, any first meridian, any split in time, by variable and by level', async () => {
  const layout = fc.record({
    latitudes: shuffled(LATITUDES),
    longitudes: fc
      .tuple(shuffled(LONGITUDES), fc.constantFrom(0, -180, -360))
      .map(([degrees, first]) =>
        degrees.map((longitude) => (longitude >= first + 360 ? longitude - 360 : longitude)),
      ),
    levels: shuffled(LEVELS),
    order: shuffled(['time', 'level', 'lat', 'lon', 'number']),
    levelUnits: fc.constantFrom('hPa' as const, 'Pa' as const, 'millibars' as const),
    shortNames: fc.boolean(),
  });
  const split = fc.record({
    hours: shuffled(HOURS),
    cuts: fc.array(fc.nat(HOURS.length), { maxLength: 3 }),
    byKind: fc.boolean(),
    lowest: fc.nat(LEVELS.length),
  });
  await fc.assert(
    fc.asyncProperty(layout, split, async (options, { hours, cuts, byKind, lowest }) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), hours.length];
      const pieces = edges.slice(1).map((end, i) => hours.slice(edges[i], end));
      const files = pieces
        .filter((piece) => piece.length > 0)
        .flatMap((piece) => {
          // Short names call two fields 'z', which no single file can hold.
          if (!byKind && !options.shortNames) return [asFile({ ...options, hours: piece }, 'part.nc')];
          const levels = [options.levels.slice(0, lowest), options.levels.slice(lowest)];
          return [
            asFile({ ...options, hours: piece, kinds: ['surface', 'static'] }, 'surface.nc'),
            ...levels
              .filter((some) => some.length > 0)
              .map((some) =>
                asFile({ ...options, levels: some, hours: piece, kinds: ['levels'] }, 'levels.nc'),
              ),
          ];
        });
      expect(await content(await openDataset(files))).toEqual(clean);
    }),
    { numRuns: RUNS },
  );
});
