import { expect, test } from 'vitest';
import { openDataset } from '../weather/dataset';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { TASKS, taskFromDataset } from '../weather/task';
import { loadDataset, OpenData } from './open_data';
import type { TrainingSettings } from './protocol';
import { runConfig } from './run_setup';

const SETTINGS: TrainingSettings = {
  ...{ preset: 'tiny', latentSize: 16, meshSize: 1, messageSteps: 1 },
  ...{ learningRate: 1e-3, updates: 4, seed: 1 },
};

test('a run reads and predicts what the data hold, or what a released model does', async () => {
  const data = new OpenData();
  const dataset = await openDataset('src/golden/task13/dataset.nc');
  data.replace(dataset);
  expect(runConfig(data, SETTINGS).task).toEqual(taskFromDataset(dataset));
  expect(runConfig(data, { ...SETTINGS, task: 'own' }).task).toEqual(taskFromDataset(dataset));
  expect(runConfig(data, { ...SETTINGS, task: 'TASK_13' }).task).toEqual(TASKS.TASK_13);
  expect(() => runConfig(data, { ...SETTINGS, task: 'TASK' })).toThrow(/needed at 1 hPa/);
  data.replace(samplePlanet());
  expect(() => runConfig(data, { ...SETTINGS, task: 'TASK_13' })).toThrow(/is missing|needed at/);
});

test('data say which released models they could train', async () => {
  const released = async (url: string) => {
    const { dataset, summary } = await loadDataset({ url }, openDataset);
    dataset.close();
    return summary.releasedTasks;
  };
  expect(await released('src/golden/task13/dataset.nc')).toEqual(['TASK_13', 'TASK_13_PRECIP_OUT']);
  expect(await released('public/planet.nc')).toEqual([]);
});

test('dates that serve tests stay out of training and validation', async () => {
  const data = new OpenData();
  data.replace(samplePlanet());
  const periods = { train: ['2021', '2022'], test: ['2023', '2023'] } as const;
  const config = runConfig(data, { ...SETTINGS, periods: structuredClone(periods) as never });
  expect(config.periods).toEqual(periods);
  const overlapping = { train: ['2021', '2022'], test: ['2022', '2023'] } as never;
  expect(() => runConfig(data, { ...SETTINGS, periods: overlapping })).toThrow(/overlap/);
});
