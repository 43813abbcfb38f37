import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatasetError } from '../errors';
import { Model } from '../graphcast/model';
import { STATISTICS_FILES } from '../weather/statistics';
import { type FileServer, serveFiles } from '../weather/zarr/zarr_server.fixture';
import { dawn } from '../webgpu/dawn';
import { engineFixture, SAMPLE, SETTINGS } from './engine.fixture';
import type { TrainingSettings } from './protocol';

const FOLDER = 'src/golden/tiny';
const STATISTICS = Object.values(STATISTICS_FILES);
const DATA = { url: `${FOLDER}/dataset.nc` };
const NEXT: TrainingSettings = { ...SETTINGS, task: 'own' };
/** What the page adds once it knows the data: days to learn from, which are nothing to a network with given statistics. */
const DIVIDED: TrainingSettings = {
  ...NEXT,
  periods: { train: ['2021-07-01', '2021-07-03'], validation: ['2021-07-04', '2021-07-05'] },
};

const startEngine = engineFixture(dawn);
let server: FileServer;
/** The checkpoint is sent when this has come true. */
let held: Promise<void> | undefined;
beforeEach(async () => {
  const files = ['checkpoint.npz', ...STATISTICS.map((name) => `stats/${name}`)];
  const contents = new Map(files.map((name) => [name, readFileSync(`${FOLDER}/${name}`)]));
  held = undefined;
  server = await serveFiles(contents, (path, response) => {
    if (!held || path !== 'checkpoint.npz') return false;
    void held.then(() => response.end(contents.get(path)));
    return true;
  });
});
afterEach(() => {
  server.close();
  vi.restoreAllMocks();
});
const starter = () => ({
  checkpoint: `${server.address}/checkpoint.npz`,
  statistics: STATISTICS.map((name) => `${server.address}/stats/${name}`),
});

test('the starter waits for the data on their way, and the network of the next forecast is made once', async () => {
  const { engine } = await startEngine();
  const made = vi.spyOn(Model, 'create');
  const data = engine.call('openDataset', DATA);
  const checkpoint = await engine.call('openStarter', { ...starter(), next: NEXT });
  expect(checkpoint).toMatchObject({ name: 'checkpoint.npz', starter: true });
  await vi.waitUntil(() => made.mock.settledResults.some(({ type }) => type === 'fulfilled'), {
    timeout: 60_000,
  });

  const { initialFrames } = await data;
  const summary = await engine.call('forecast', {
    settings: DIVIDED,
    initialFrame: initialFrames[0],
    steps: 1,
    hurried: true,
  });
  expect(summary).toMatchObject({ leadHours: [6], parameters: 'checkpoint.npz' });
  expect(made).toHaveBeenCalledTimes(1);
});

test('data that cannot be opened bring no starter', async () => {
  const { engine } = await startEngine();
  const data = engine.call('openDataset', { url: `${FOLDER}/nothing.nc` });
  const answers = await Promise.allSettled([data, engine.call('openStarter', starter())]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);

  // What went wrong once does not stand in the way later.
  await engine.call('openDataset', DATA);
  expect(await engine.call('openStarter', starter())).toMatchObject({ starter: true });
});

test('a starter that comes after other data have been opened is not for them', async () => {
  const { engine } = await startEngine();
  await engine.call('openDataset', DATA);
  let send = () => {};
  held = new Promise((resolve) => {
    send = resolve;
  });
  const refused = engine.call('openStarter', starter());
  refused.catch(() => undefined);
  await vi.waitUntil(() => server.requests.includes('checkpoint.npz'));
  const { initialFrames } = await engine.call('openDataset', SAMPLE);
  send();
  await expect(refused).rejects.toThrow(/Other data were opened/);
  const forecast = { settings: SETTINGS, initialFrame: initialFrames[0], steps: 1 };
  expect(await engine.call('forecast', forecast)).toMatchObject({ parameters: 'random first weights' });
});

test('without one of its files there is no starter, and the data stay open', async () => {
  const { engine } = await startEngine();
  const { initialFrames } = await engine.call('openDataset', DATA);
  const missing = { ...starter(), checkpoint: `${server.address}/no.npz` };
  const refused = engine.call('openStarter', missing);
  await expect(refused).rejects.toThrow(DatasetError);
  await expect(refused).rejects.toThrow(/no\.npz cannot be read \(404\)/);
  const forecast = { settings: SETTINGS, initialFrame: initialFrames[0], steps: 1 };
  expect(await engine.call('forecast', forecast)).toMatchObject({ parameters: 'random first weights' });
});
