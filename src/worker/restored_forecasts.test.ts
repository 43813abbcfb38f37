import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from '../weather/dataset';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { dawn } from '../webgpu/dawn';
import { Engine } from './engine';
import type { TrainingSettings } from './protocol';
import { diskRunFolders } from './run_folders.fixture';

const SAMPLE = { url: 'sample planet' };
const OTHER = { url: 'src/golden/tiny/dataset.nc' };
const open: typeof openDataset = async (...request) =>
  request[0] === SAMPLE.url ? samplePlanet() : openDataset(...request);
const FIELD = { variable: 'temperature', level: 850, initialFrame: 1, leadHours: 6 };

const settings = (seed: number): TrainingSettings => ({
  ...{ preset: 'tiny', latentSize: 16, meshSize: 1, messageSteps: 1 },
  ...{ learningRate: 1e-3, updates: 4, seed },
});

test('a forecast that another took the place of is put back, and those of data that are opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runs-'));
  const engine = new Engine(
    () => dawn(),
    () => undefined,
    open,
    async () => diskRunFolders(folder),
  );
  await engine.call('openDevice', undefined);
  await engine.call('openDataset', SAMPLE);
  const forecast = (seed: number) =>
    engine.call('forecast', { settings: settings(seed), initialFrame: 1, steps: 1 });
  const values = () => engine.call('forecastField', FIELD);

  await forecast(1);
  const first = await values();
  expect(await engine.call('restoreForecast', { initialFrame: 1 })).toBe(false);
  await forecast(2);
  expect(await values()).not.toEqual(first);
  expect(await engine.call('restoreForecast', { initialFrame: 3 })).toBe(false);
  expect(await engine.call('restoreForecast', { initialFrame: 1 })).toBe(true);
  expect(await values()).toEqual(first);
  expect(await engine.call('restoreForecast', { initialFrame: 1 })).toBe(false);

  // Other data have no forecasts of these.
  await engine.call('openDataset', OTHER);
  await expect(values()).rejects.toThrow('no forecast');
  await forecast(3);
  await engine.call('openDataset', SAMPLE);
  expect(await engine.call('restoreForecasts', undefined)).toEqual([1]);
  expect(await values()).toEqual(first);

  // What was let go is gone.
  await engine.call('openDataset', OTHER);
  await engine.call('forgetForecasts', { what: 'former' });
  await engine.call('openDataset', SAMPLE);
  expect(await engine.call('restoreForecasts', undefined)).toEqual([]);
  rmSync(folder, { recursive: true });
});
