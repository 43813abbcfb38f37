import { describe, expect, it } from 'vitest';
import { gridOf, noise, plainMean } from './fields.fixture';
import { coversLatitude, coversLongitude, REGIONS } from './regions';
import { ScoreSums } from './score_sums';
import { rootMeanSquareError, SpatialMeans } from './spatial_means';

const grid = gridOf(19, 36, true);
const nodes = 19 * 36;
const land = noise(nodes, 1).map((x) => Math.min(1, Math.max(0, 0.5 + x)));
const times = [10, 20, 30].map((seed) => ({
  forecast: noise(nodes, seed),
  truth: noise(nodes, seed + 1),
  climatology: noise(nodes, seed + 2).map((x) => x / 2),
}));
const means = new SpatialMeans(grid, REGIONS, land);

/** The weighted mean over a region in the plainest form. */
function meanOver(id: string, value: (node: number) => number): number {
  const region = REGIONS.find((known) => known.id === id)!;
  return plainMean(grid, value, (latitude, longitude, node) => {
    if (!coversLatitude(region, latitude) || !coversLongitude(region, longitude)) return 0;
    if (region.surface === 'land') return land[node];
    return region.surface === 'sea' ? 1 - land[node] : 1;
  });
}

function sumsOf(some: typeof times): ScoreSums {
  const sums = new ScoreSums(2, means.regions.length);
  for (const { forecast, truth, climatology } of some) {
    sums.add(0, means.of(forecast, truth, climatology));
    sums.add(1, means.of(forecast, truth));
  }
  return sums;
}

describe('scores of random fields', () => {
  it('are those of a plain computation, region by region', () => {
    expect(means.regions.map(({ id }) => id)).toEqual(REGIONS.map(({ id }) => id));
    const sums = sumsOf(times);
    const average = (value: (time: (typeof times)[number]) => number) =>
      times.reduce((sum, time) => sum + value(time), 0) / times.length;
    for (const [r, { id }] of means.regions.entries()) {
      const mean = (value: (f: number, t: number, c: number) => number) =>
        average(({ forecast, truth, climatology }) =>
          meanOver(id, (g) => value(forecast[g], truth[g], climatology[g])),
        );
      const scores = sums.scores(0, r);
      expect(scores.rmse, id).toBeCloseTo(Math.sqrt(mean((f, t) => (f - t) ** 2)), 10);
      expect(scores.mae, id).toBeCloseTo(
        mean((f, t) => Math.abs(f - t)),
        10,
      );
      expect(scores.bias, id).toBeCloseTo(
        mean((f, t) => f - t),
        10,
      );
      expect(scores.activity, id).toBeCloseTo(Math.sqrt(mean((f, _, c) => (f - c) ** 2)), 10);
      expect(sums.truthActivity(0, r), id).toBeCloseTo(Math.sqrt(mean((_, t, c) => (t - c) ** 2)), 10);
      const correlation = average(({ forecast, truth, climatology }) => {
        const over = (value: (f: number, t: number) => number) =>
          meanOver(id, (g) => value(forecast[g] - climatology[g], truth[g] - climatology[g]));
        return over((f, t) => f * t) / Math.sqrt(over((f) => f * f) * over((_, t) => t * t));
      });
      expect(scores.acc, id).toBeCloseTo(correlation, 10);
      expect(means.areaFractions[r], id).toBeCloseTo(
        id === 'global' ? 1 : plainMean(grid, (g) => Number(shareOf(id, g))),
        10,
      );
    }
  });

  it('of the climatology are those of a forecast that says nothing else', () => {
    const [sums, plain] = [new ScoreSums(1, means.regions.length), new ScoreSums(1, means.regions.length)];
    for (const { forecast, truth, climatology } of times) {
      sums.addClimatology(0, means.of(forecast, truth, climatology));
      plain.add(0, means.of(climatology, truth, climatology));
    }
    for (const r of means.regions.keys()) {
      const [found, expected] = [sums.scores(0, r), plain.scores(0, r)];
      for (const score of ['rmse', 'mae', 'bias', 'activity'] as const)
        expect(found[score]).toBeCloseTo(expected[score], 10);
      expect([found.acc, expected.acc]).toEqual([Number.NaN, Number.NaN]);
      expect(sums.truthActivity(0, r)).toBeCloseTo(found.rmse, 10);
    }
  });

  it('of two parts of the times add up', () => {
    const [whole, first, rest] = [sumsOf(times), sumsOf(times.slice(0, 1)), sumsOf(times.slice(1))];
    first.merge(rest);
    expect([first.count(0), first.anomalyCount(0), first.anomalyCount(1)]).toEqual([3, 3, 0]);
    for (const r of means.regions.keys()) {
      for (const [score, value] of Object.entries(whole.scores(0, r)))
        expect(first.scores(0, r)[score as 'rmse'], score).toBeCloseTo(value, 12);
    }
  });

  it('have no anomalies without a climatology, and are NaN without a time', () => {
    const sums = sumsOf(times);
    expect(sums.scores(1, 0)).toMatchObject({ rmse: sums.scores(0, 0).rmse, acc: Number.NaN });
    expect(new ScoreSums(1, 1).scores(0, 0).rmse).toBeNaN();
  });
});

function shareOf(id: string, node: number): number {
  const region = REGIONS.find((known) => known.id === id)!;
  const inBox =
    coversLatitude(region, grid.latitudes[Math.floor(node / 36)]) &&
    coversLongitude(region, grid.longitudes[node % 36]);
  if (region.surface === 'land') return land[node];
  return region.surface === 'sea' ? 1 - land[node] : Number(inBox);
}

it('leaves out regions that no grid point lies in, and surfaces without a mask', () => {
  const coarse = new SpatialMeans(gridOf(4, 4, false), REGIONS);
  const ids = coarse.regions.map(({ id }) => id);
  expect(ids).toContain('northern-hemisphere');
  expect(ids).not.toContain('tropics');
  expect(ids).not.toContain('global_land');
});

it('one global RMSE', () => {
  const [{ forecast, truth }] = times;
  const expected = Math.sqrt(plainMean(grid, (g) => (forecast[g] - truth[g]) ** 2));
  expect(rootMeanSquareError(new SpatialMeans(grid), forecast, truth)).toBeCloseTo(expected, 10);
});
