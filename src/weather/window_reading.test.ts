/** Windows of whole files: whatever the grid, the order, the chunks, the gaps and the periods, each frame is the right one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelLayout } from './channels';
import { type Dataset, openDataset } from './dataset';
import { writeNetcdf } from './formats/netcdf_writer';
import { isWithin, type Periods, periodNamed } from './periods';
import { PLANET_START, planetValue, smallPlanet } from './small_planet.fixture';
import { taskFromDataset } from './task';
import { FRAME_SECONDS } from './window_index';
import { WindowReader } from './windows';
import { fileList, type ZarrVariant, zarrTree } from './zarr/zarr.fixture';

const HOUR = 3600;

/** A global grid in some order, of some size, from some meridian; in whole degrees, which float32 holds exactly. */
const grid = fc
  .record({
    bands: fc.constantFrom(2, 3, 4, 5, 6),
    columns: fc.constantFrom(4, 5, 6, 8, 9),
    poles: fc.boolean(),
    southwards: fc.boolean(),
    west: fc.constantFrom(0, -180),
  })
  .map(({ bands, columns, poles, southwards, west }) => {
    const latitudes = Array.from(
      { length: poles ? bands + 1 : bands },
      (_, i) => -90 + ((poles ? i : i + 0.5) * 180) / bands,
    );
    if (southwards) latitudes.reverse();
    const longitudes = Array.from({ length: columns }, (_, j) => west + (360 * j) / columns);
    return { latitudes, longitudes };
  });

/** Hours of the frames: mostly 6 h apart, with gaps and, at times, frames between. */
const hours = fc
  .tuple(
    fc.array(fc.constantFrom(6, 6, 6, 6, 12, 24), { minLength: 3, maxLength: 14 }),
    fc.constantFrom([], [3, 3], [1, 2, 3]),
  )
  .map(([steps, between]) => {
    let at = 0;
    return [0, ...[...steps, ...between].map((step) => (at += step))];
  });

const planet = fc.record({
  grid,
  hours,
  levels: fc.shuffledSubarray([1000, 500, 850], { minLength: 1 }),
  order: fc.shuffledSubarray(['batch', 'time', 'level', 'lat', 'lon'], { minLength: 5 }),
});

/** How the planet is stored; undefined: as NetCDF-4. */
const storage = fc.option(
  fc.record({
    version: fc.constantFrom(2, 3),
    codec: fc.constantFrom('none', 'gzip'),
    chunks: fc.record({
      time: fc.integer({ min: 1, max: 5 }),
      level: fc.integer({ min: 1, max: 3 }),
      lat: fc.integer({ min: 1, max: 7 }),
      lon: fc.integer({ min: 1, max: 9 }),
    }),
  }) as fc.Arbitrary<ZarrVariant>,
  { nil: undefined },
);

const split = fc.tuple(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 0, max: 48 }));

/** The state as the fixture's formula has it, in the order of the channels. */
function stateAt({ latitudes, longitudes }: Dataset, layout: ReturnType<typeof channelLayout>, time: number) {
  const hour = (time - PLANET_START) / HOUR;
  return layout.state.flatMap(({ variable, level }) =>
    Array.from(latitudes).flatMap((latitude) =>
      Array.from(longitudes, (longitude) => planetValue(variable, hour, level ?? 0, latitude, longitude)),
    ),
  );
}

test('a window holds the frames of its times, inside one period, across no gap', async () => {
  await fc.assert(
    fc.asyncProperty(planet, storage, split, fc.nat(), async (content, stored, [border, length], choice) => {
      const spec = smallPlanet({ ...content, ...content.grid });
      const source = stored
        ? fileList(await zarrTree(spec, stored))
        : new File([await writeNetcdf(spec)], 'planet.nc');
      const dataset = await openDataset(source);
      const inFile = content.hours.map((hour) => PLANET_START + hour * HOUR);
      expect(inFile).toEqual(expect.arrayContaining([...dataset.times]));

      const iso = (hour: number) => new Date((PLANET_START + hour * HOUR) * 1000).toISOString().slice(0, 13);
      const periods: Periods = {
        train: [iso(0), iso(border)],
        validation: [iso(border + 1), iso(border + 1 + length)],
      };
      const task = taskFromDataset(dataset);
      const layout = channelLayout(task);
      const reader = new WindowReader(dataset, task, layout);
      for (const name of ['train', 'validation'] as const) {
        const period = periodNamed(periods, name);
        for (const steps of [1, 2]) {
          const found = reader.windows(period).firstFrames(steps);
          if (found.length === 0) continue;
          const first = found[choice % found.length];
          const { initialTime, state } = await reader.read(first, steps);
          const times = Array.from({ length: 2 + steps }, (_, k) => initialTime + (k - 1) * FRAME_SECONDS);
          for (const time of times) {
            expect(inFile).toContain(time);
            expect(isWithin(period, time)).toBe(true);
          }
          expect(Array.from(state)).toEqual(times.flatMap((time) => stateAt(dataset, layout, time)));
        }
      }
      dataset.close();
    }),
    { numRuns: 40 },
  );
});
