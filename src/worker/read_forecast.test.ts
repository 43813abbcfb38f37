import { expect, test } from 'vitest';
import { openDataset } from '../weather/dataset';
import { writeForecast } from '../weather/forecast_file';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { readForecast } from './read_forecast';

const channels = [
  { variable: 'geopotential', level: 500 },
  { variable: 'geopotential', level: 850 },
  { variable: 'mean_sea_level_pressure', level: null },
];

async function saved(initialTime: number) {
  const data = samplePlanet();
  const { latitudes, longitudes } = data;
  const nodes = latitudes.length * longitudes.length;
  const states = [1, 2].map((lead) => Float32Array.from({ length: 3 * nodes }, (_, i) => 1000 * lead + i));
  const bytes = await writeForecast({
    ...{ latitudes, longitudes, levels: [500, 850], initialTime, leadHours: [6, 12] },
    ...{ layout: { state: channels }, states },
  });
  return { data, states, forecast: await openDataset([new File([bytes], 'forecast.nc')]) };
}

test('a forecast is read back as it was written', async () => {
  const { times } = samplePlanet();
  const { data, states, forecast } = await saved(times[3]);
  const found = await readForecast(forecast, data);
  expect(found.initialFrame).toBe(3);
  expect(found.leadHours).toEqual([6, 12]);
  expect(found.channels).toHaveLength(3);
  const nodes = states[0].length / 3;
  for (const [c, channel] of found.channels.entries()) {
    const original = channels.findIndex((k) => k.variable === channel.variable && k.level === channel.level);
    for (const lead of [0, 1]) {
      expect(found.states[lead].subarray(c * nodes, (c + 1) * nodes)).toEqual(
        states[lead].subarray(original * nodes, (original + 1) * nodes),
      );
    }
  }
});

test('a forecast of other data is refused in words', async () => {
  const { times } = samplePlanet();
  const { data, forecast } = await saved(times[0] - 30 * 86_400);
  await expect(readForecast(forecast, data)).rejects.toThrow(
    /starts from .* which .* does not hold; open the data/,
  );
});
