import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { CheckpointError, ConfigError } from '../errors';
import { readCheckpoint } from '../graphcast/checkpoint';
import { Trainer } from '../training/trainer';
import { openDataset } from '../weather/dataset';
import { dawn } from '../webgpu/dawn';
import type { Engine } from './engine';
import { engineFixture, SAMPLE, SETTINGS } from './engine.fixture';
import type { TrainingSettings } from './protocol';

const startEngine = engineFixture(dawn);
const trainerUpdate = Trainer.prototype.update;

test('a run trains to its end, forecasts, is scored and exported', async () => {
  const { engine, all, until, updates } = await startEngine();
  const data = await engine.call('openDataset', SAMPLE);
  expect(data.targetVariables).toHaveLength(5);
  expect(data.initialFrames).toHaveLength(data.times.length - 1);

  await engine.call('train', SETTINGS);
  await until('finished');
  expect(updates().map(({ update }) => update)).toEqual([1, 2, 3, 4]);
  expect(updates().every(({ loss, gradientNorm }) => loss > 0 && gradientNorm > 0)).toBe(true);
  expect(all('runReady')).toMatchObject([{ updates: 4, done: 0 }]);

  const summary = await engine.call('forecast', { settings: SETTINGS, initialFrame: 1, steps: 2 });
  expect(summary).toMatchObject({ leadHours: [6, 12], parameters: 'update 4', cancelled: false });
  expect(all('forecastFrame').map(({ leadHours }) => leadHours)).toEqual([6, 12]);

  const name = { variable: 'temperature', level: 850 };
  const field = await engine.call('forecastField', { ...name, initialFrame: 1, leadHours: 12 });
  expect(field).toHaveLength(19 * 36);
  expect(Math.min(...field)).toBeGreaterThan(200);
  const scores = await engine.call('forecastScores', { ...name, initialFrame: 1 });
  expect(scores.leadHours).toEqual([6, 12]);
  expect(scores.persistence[1]).toBeGreaterThan(scores.persistence[0]);

  const checkpoint = readCheckpoint(await engine.call('exportCheckpoint', undefined), 'exported.npz');
  expect(checkpoint.modelConfig.latent_size).toBe(16);
  const file = new File(
    [(await engine.call('exportForecast', { initialFrame: 1 })) as BlobPart],
    'forecast.nc',
  );
  const exported = await openDataset(file);
  expect(await exported.read('temperature', 1, [850])).toEqual(field);
  exported.close();
});

test('while somebody looks, an update is timed kernel by kernel', async () => {
  const { engine, all, until } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  expect(all('kernels')).toEqual([]);
  await engine.call('watchKernels', { watch: true });
  await engine.call('step', SETTINGS);
  await until('paused');
  const [{ update, kernels, limits }] = all('kernels');
  expect(update).toBe(2);
  expect(limits.flopsPerSecond).toBeGreaterThan(1e8);
  const names = kernels.map(({ kernel }) => kernel.split(' ')[0]);
  expect(names).toEqual(expect.arrayContaining(['linear', 'layer_norm_backward', 'segment_sum', 'adamw']));
  expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test('single steps pause, go on as one run, and a forecast past the data has no score', async () => {
  const { engine, until, updates } = await startEngine();
  const { times } = await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  await engine.call('step', SETTINGS);
  await until('paused');
  expect(updates().map(({ update }) => update)).toEqual([1, 2]);

  const initialFrame = times.length - 1;
  const { leadHours } = await engine.call('forecast', { settings: SETTINGS, initialFrame, steps: 1 });
  expect(leadHours).toEqual([6]);
  const scores = await engine.call('forecastScores', {
    variable: '2m_temperature',
    level: null,
    initialFrame,
  });
  expect(scores.leadHours).toEqual([]);
  await engine.call('stop', undefined);
  await until('finished');
});

test('after a lost device a run that stands still waits for another one', async () => {
  const { engine, all, until, updates, lose } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  lose();
  while (all('deviceLost').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(all('deviceLost')[0].recovering).toBe(false);
  await expect(engine.call('train', SETTINGS)).rejects.toThrow('no WebGPU device');

  await engine.call('openDevice', undefined);
  await engine.call('train', SETTINGS);
  await until('finished');
  expect(updates().map(({ update }) => update)).toEqual([1, 2, 3, 4]);
  expect(all('failed')).toEqual([]);
});

test('a run whose device is lost asks for another and goes on by itself, to the same end', async () => {
  const undisturbed = await startEngine();
  await undisturbed.engine.call('openDataset', SAMPLE);
  await undisturbed.engine.call('train', { ...SETTINGS, updates: 6 });
  await undisturbed.until('finished');
  const expected = await undisturbed.engine.call('exportCheckpoint', undefined);

  const { engine, all, until, updates, lose } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  for (let i = 0; i < 2; i++) {
    await engine.call('step', { ...SETTINGS, updates: 6 });
    await until('paused');
  }
  const update = vi.spyOn(Trainer.prototype, 'update');
  update.mockImplementation(async function (this: Trainer) {
    if (this.updates === 4 && all('deviceLost').length === 0) lose();
    return trainerUpdate.call(this);
  });
  await engine.call('train', { ...SETTINGS, updates: 6 });
  await until('finished');
  update.mockRestore();
  expect(all('deviceLost')).toMatchObject([{ recovering: true }]);
  // Back to what was saved when it was paused last.
  expect(all('deviceBack')).toMatchObject([{ update: 2 }]);
  expect(all('failed')).toEqual([]);
  expect(updates().at(-1)?.update).toBe(6);
  expect(await engine.call('exportCheckpoint', undefined)).toEqual(expected);
});

test('a run goes on in another page, bit for bit, where it was saved', async () => {
  const settings = { ...SETTINGS, updates: 6 };
  const undisturbed = await startEngine();
  await undisturbed.engine.call('openDataset', SAMPLE);
  await undisturbed.engine.call('train', settings);
  await undisturbed.until('finished');

  const first = await startEngine();
  await first.engine.call('openDataset', SAMPLE);
  for (let i = 0; i < 3; i++) {
    await first.engine.call('step', settings);
    await first.until('paused');
  }
  const second = await startEngine();
  const [{ id, ...listed }] = await second.engine.call('keptRuns', undefined);
  expect(listed).toMatchObject({ name: 'tiny 2', update: 3, total: 6, best: null });
  await expect(second.engine.call('openRun', { id })).rejects.toThrow('No dataset is open');
  await second.engine.call('openDataset', SAMPLE);
  await expect(second.engine.call('openRun', { id })).rejects.toThrow('open in another tab');
  await first.engine.call('openDataset', SAMPLE); // lets the run go
  await second.engine.call('openRun', { id });
  expect(second.all('runReady')).toMatchObject([{ id, done: 3, updates: 6 }]);
  expect(second.all('phase').at(-1)?.phase).toBe('paused');
  await second.engine.call('train', settings);
  await second.until('finished');
  const losses = undisturbed.updates().map(({ loss }) => loss);
  expect(second.updates().map(({ loss }) => loss)).toEqual(losses.slice(3));
  expect((await second.engine.call('runCurves', { id })).loss).toEqual(losses);
  expect(await second.engine.call('exportCheckpoint', undefined)).toEqual(
    await undisturbed.engine.call('exportCheckpoint', undefined),
  );

  // A finished run is opened for its forecasts.
  await second.engine.call('openDataset', SAMPLE);
  await second.engine.call('openRun', { id });
  expect(second.all('phase').at(-1)?.phase).toBe('finished');
  const forecast = { settings, initialFrame: 1, steps: 1 };
  expect(await second.engine.call('forecast', forecast)).toMatchObject({ parameters: 'update 6' });
});

test('a run is not continued on other data', async () => {
  const { engine, until } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  const [{ id }] = await engine.call('keptRuns', undefined);
  const other = new File([readFileSync('src/golden/tiny/dataset.nc')], 'other.nc');
  await engine.call('openDataset', { files: [other] });
  await expect(engine.call('openRun', { id })).rejects.toThrow(
    /"tiny 1" was trained on \d+ frames .* and other.nc holds others: open .* again/,
  );
});

test('held-out days are scored on the way, and the best parameters are kept', async () => {
  const { engine, all, until } = await startEngine();
  const { times } = await engine.call('openDataset', SAMPLE);
  const date = (frame: number) => new Date(times[frame] * 1000).toISOString().slice(0, 16);
  const periods: TrainingSettings['periods'] = {
    train: [date(0), date(7)],
    validation: [date(8), date(times.length - 1)],
  };
  await engine.call('train', { ...SETTINGS, periods, validateEvery: 2, arSteps: 2, batchSize: 2 });
  await until('finished');
  expect(all('validation').map(({ update }) => update)).toEqual([2, 4]);
  const [{ id, best, config }] = await engine.call('keptRuns', undefined);
  expect(best).toBe(Math.min(...all('validation').map(({ loss }) => loss)));
  expect(config).toMatchObject({ batch_size: 2 });
  expect(config.phases.at(-1)?.ar_steps).toEqual({ from: 2, to: 2 });
  const { validation } = await engine.call('runCurves', { id });
  expect(validation.loss).toEqual(all('validation').map(({ loss }) => loss));
});

test('a run keeps to its training period, and says how far the statistics are', async () => {
  const { engine, all, until, updates } = await startEngine();
  const { times } = await engine.call('openDataset', SAMPLE);
  const date = (frame: number) => new Date(times[frame] * 1000).toISOString().slice(0, 16);
  const settings: TrainingSettings = {
    ...SETTINGS,
    sampling: 'epochs',
    periods: { train: [date(2), date(6)], validation: [date(8), date(12)] },
  };
  await engine.call('train', settings);
  await until('finished');
  const progress = all('phase').flatMap((phase) => phase.progress ?? []);
  expect(progress.map(({ done, total }) => `${done} of ${total}`)).toEqual(
    [1, 2, 3, 4, 5].map((k) => `${k} of 5`),
  );
  expect(progress.every(({ perSecond, secondsLeft }) => perSecond > 0 && secondsLeft >= 0)).toBe(true);
  expect(progress.at(-1)).toMatchObject({ unit: 'frames', secondsLeft: 0 });
  expect(updates().every(({ dataWaitSeconds, seconds }) => dataWaitSeconds >= 0 && seconds > 0)).toBe(true);

  const periods = { train: ['1979', '2015'] as [string, string] };
  await expect(engine.call('train', { ...settings, periods })).rejects.toThrow(
    /the train period 1979 to 2015 holds no frame, for the data run from/,
  );
  expect(all('phase').at(-1)?.phase).toBe('finished');
});

test('a forecast needs no run, and can be cancelled', async () => {
  const { engine } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const running = engine.call('forecast', { settings: SETTINGS, initialFrame: 3, steps: 40 });
  setTimeout(() => void engine.call('cancelForecast', undefined), 50);
  const { leadHours, parameters, cancelled } = await running;
  expect([parameters, cancelled]).toEqual(['random first weights', true]);
  expect(leadHours.length).toBeLessThan(40);
});

test('another network is not kept waiting by a forecast of the one before', async () => {
  const { engine, all } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const running = engine.call('forecast', { settings: SETTINGS, initialFrame: 3, steps: 40 });
  await expect.poll(() => all('forecastFrame').length, { timeout: 60_000 }).toBeGreaterThan(0);
  await engine.call('closeCheckpoint', undefined);
  const { leadHours, cancelled } = await running;
  expect(cancelled).toBe(true);
  expect(leadHours.length).toBeLessThan(40);
});

test('what does not go together is said in one sentence, and the engine stays usable', async () => {
  const { engine, until } = await startEngine();
  await expect(engine.call('train', SETTINGS)).rejects.toThrow('No dataset is open');
  await engine.call('openDataset', SAMPLE);
  const bytes = readFileSync('src/golden/task13/checkpoint.npz');
  const foreign = new File([bytes], 'foreign.npz');
  await expect(engine.call('openCheckpoint', { file: foreign })).rejects.toThrow(CheckpointError);
  await expect(engine.call('train', { ...SETTINGS, latentSize: 0 })).rejects.toThrow(ConfigError);
  await expect(engine.call('openDataset', { files: [new File(['nonsense'], 'x.nc')] })).rejects.toThrow(
    'x.nc',
  );
  const lonely = [new File([], 'mean_by_level.nc')];
  await expect(engine.call('useStatistics', { files: lonely })).rejects.toThrow('stddev_by_level.nc');
  await engine.call('step', SETTINGS);
  await until('paused');
});

test('a file opened while a run is prepared ends the preparation, and the engine stays usable', async () => {
  const { engine, all, until } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const training = engine.call('train', SETTINGS);
  const opening = engine.call('openDataset', SAMPLE);
  await Promise.all([training, opening]);
  expect(all('phase').at(-1)?.phase).toBe('idle');
  expect(all('runReady')).toEqual([]);
  await engine.call('train', SETTINGS);
  await until('finished');
  await engine.call('openDataset', SAMPLE);
  expect(all('phase').at(-1)?.phase).toBe('idle');
});

test('pausing or stopping while a run is prepared leaves none', async () => {
  const { engine, all } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  for (const command of ['pause', 'stop'] as const) {
    const training = engine.call('train', SETTINGS);
    await Promise.all([engine.call(command, undefined), training]);
    expect(all('phase').at(-1)?.phase).toBe('idle');
  }
  expect(all('updates')).toEqual([]);
});

test('a run that cannot start leaves the former one and its forecasts', async () => {
  const { engine, all, until, onPhase } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('train', SETTINGS);
  await until('finished');
  await expect(engine.call('train', { ...SETTINGS, learningRate: -1 })).rejects.toThrow(ConfigError);
  onPhase.listener = ({ note }) => {
    if (note === 'Building the network') void engine.call('pause', undefined);
  };
  await engine.call('train', SETTINGS);
  expect(all('phase').at(-1)?.phase).toBe('finished');
  const { parameters } = await engine.call('forecast', { settings: SETTINGS, initialFrame: 1, steps: 1 });
  expect(parameters).toBe('update 4');
});

/** One step from frame 1: a field of it, and whose it is. */
async function firstForecast(engine: Engine) {
  const { parameters } = await engine.call('forecast', { settings: SETTINGS, initialFrame: 1, steps: 1 });
  const name = { variable: 'temperature', level: 850, initialFrame: 1, leadHours: 6 };
  return { parameters, field: await engine.call('forecastField', name) };
}

test('forecasts follow the checkpoint and the statistics that were opened last', async () => {
  const { engine, until } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const forecast = () => firstForecast(engine);
  const fresh = await forecast();
  await engine.call('train', SETTINGS);
  await until('finished');
  const trained = await forecast();
  expect(trained.parameters).toBe('update 4');

  const bytes = (await engine.call('exportCheckpoint', undefined)) as BlobPart;
  await engine.call('openCheckpoint', { file: new File([bytes], 'same.npz') });
  const same = await forecast();
  expect(same.parameters).toBe('same.npz');
  expect(same.field).toEqual(trained.field);
  await engine.call('closeCheckpoint', undefined);
  expect(await forecast()).toEqual(fresh);

  // Another checkpoint under the same name is another checkpoint.
  await engine.call('train', { ...SETTINGS, updates: 2 });
  await until('finished');
  const other = (await engine.call('exportCheckpoint', undefined)) as BlobPart;
  await engine.call('openCheckpoint', { file: new File([other], 'same.npz') });
  expect((await forecast()).field).not.toEqual(same.field);

  await engine.call('step', SETTINGS);
  await until('paused');
  await expect(engine.call('closeCheckpoint', undefined)).rejects.toThrow('stop it first');
});

test('a run whose windows go side by side forecasts as its checkpoint does', async () => {
  const { engine, until } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const forecast = () => firstForecast(engine);
  await engine.call('step', { ...SETTINGS, batchSize: 2 });
  await until('paused');
  const [{ config }] = await engine.call('keptRuns', undefined);
  expect(config.windows_at_once).toBe(2);
  const first = await forecast();
  await engine.call('train', { ...SETTINGS, batchSize: 2 });
  await until('finished');
  const last = await forecast();
  expect([first.parameters, last.parameters]).toEqual(['update 1', 'update 4']);
  expect(last.field).not.toEqual(first.field);

  const bytes = (await engine.call('exportCheckpoint', undefined)) as BlobPart;
  await engine.call('openCheckpoint', { file: new File([bytes], 'same.npz') });
  expect((await forecast()).field).toEqual(last.field);
});

test('a checkpoint opened while a forecast is prepared ends that one, and is for the next', async () => {
  const { engine } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  const file = new File([readFileSync('src/golden/tiny/checkpoint.npz')], 'other.npz');
  const request = { settings: { ...SETTINGS, task: 'data' as const }, initialFrame: 1, steps: 8 };
  const forecast = engine.call('forecast', request);
  await engine.call('openCheckpoint', { file, anyTask: true });
  expect(await forecast).toMatchObject({ parameters: 'random first weights', cancelled: true });
  expect(await engine.call('forecast', request)).toMatchObject({ parameters: 'other.npz' });
});

test('a loss that is no number ends the training where it was last good', async () => {
  const { engine, all, until, updates } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  const good = await engine.call('exportCheckpoint', undefined);
  const update = vi.spyOn(Trainer.prototype, 'update');
  update.mockImplementation(async function (this: Trainer) {
    const { metrics } = await trainerUpdate.call(this);
    return { metrics: metrics.then((known) => ({ ...known, loss: Number.NaN })) };
  });
  await engine.call('train', SETTINGS);
  while (all('failed').length === 0) await new Promise((r) => setTimeout(r, 10));
  await until('paused');
  update.mockRestore();
  expect(all('failed')[0].name).toBe('TrainingError');
  expect(updates().at(-1)).toMatchObject({ update: 2, loss: Number.NaN });
  expect(all('runReady').at(-1)).toMatchObject({ done: 1 });
  expect(await engine.call('exportCheckpoint', undefined)).toEqual(good);
  await engine.call('train', SETTINGS);
  await until('finished');
  expect(updates().at(-1)).toMatchObject({ update: 4, loss: expect.any(Number) });
});

test('after an error of the device its sentence is said, and another device takes over', async () => {
  const { engine, all, until, updates, harm } = await startEngine();
  await engine.call('openDataset', SAMPLE);
  await engine.call('step', SETTINGS);
  await until('paused');
  harm();
  await engine.call('train', SETTINGS);
  while (all('deviceLost').length === 0) await new Promise((r) => setTimeout(r, 10));
  expect(all('deviceLost')[0].message).toContain('The GPU reported an error');
  await until('paused');
  await engine.call('openDevice', undefined);
  await engine.call('train', SETTINGS);
  await until('finished');
  expect(updates().at(-1)?.update).toBe(4);
});
