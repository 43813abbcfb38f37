/** What befalls a run of the page: bad batches under each rule, lost devices, pauses, steps, exports on the way. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MisfitError } from '../errors';
import { readCheckpoint } from '../graphcast/checkpoint';
import type { BadUpdatePolicy } from '../training/bad_update_policy';
import { Trainer, type UpdateMetrics } from '../training/trainer';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { computeStatistics, writeStatistics } from '../weather/statistics';
import { taskFromDataset } from '../weather/task';
import { dawn } from '../webgpu/dawn';
import { engineFixture, SAMPLE, SETTINGS, SPOILT, SPOILT_TIME } from './engine.fixture';
import type { TrainingSettings } from './protocol';

const startEngine = engineFixture(dawn);
type Started = Awaited<ReturnType<typeof startEngine>>;

const UPDATES = 12;
const settings: TrainingSettings = { ...SETTINGS, updates: UPDATES, sampling: 'epochs', batchSize: 2 };
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Statistics of the unspoilt planet: those of a spoilt one would make its numbers ordinary. */
const planet = samplePlanet();
const statistics = [...writeStatistics(await computeStatistics(planet, taskFromDataset(planet)))].map(
  ([name, bytes]) => new File([bytes as BlobPart], name),
);

async function openSpoilt({ engine }: Started): Promise<void> {
  await engine.call('openDataset', SPOILT);
  await engine.call('useStatistics', { files: statistics });
}

/** Time goes slowly, so that a run saves where it is told to, and not by the clock, however slow the machine is. */
const now = performance.now.bind(performance);
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now() / 100);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const trainerUpdate = Trainer.prototype.update;

/** Lets `change` see and alter what every update gives until the test is over. */
function watchUpdates(change: (metrics: UpdateMetrics, trainer: Trainer) => UpdateMetrics | undefined) {
  const spy = vi.spyOn(Trainer.prototype, 'update');
  spy.mockImplementation(async function (this: Trainer) {
    const { metrics } = await trainerUpdate.call(this);
    const changed = metrics.then((known) => change(known, this) ?? known);
    changed.catch(() => undefined);
    return { metrics: changed };
  });
  return spy;
}

/** Update 6 is bad as long as the learning rate is what the schedule says. */
function badAtFullRate(): (metrics: UpdateMetrics) => UpdateMetrics | undefined {
  let full: number | undefined;
  return (metrics) => {
    if (metrics.update !== 6) return undefined;
    full ??= metrics.learningRate;
    const loss = Number.POSITIVE_INFINITY;
    return metrics.learningRate === full
      ? { ...metrics, loss, lossByField: { 'temperature 500': loss } }
      : undefined;
  };
}

const exported = ({ engine }: Started) => engine.call('exportCheckpoint', undefined);

/** A run saved at update 4, then going on to its end. */
async function fourThenAll({ engine, until }: Started, of: TrainingSettings): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await engine.call('step', of);
    await until('paused');
  }
  await engine.call('train', of);
}

describe('a batch that is not finite', () => {
  test('stops the run where it was saved last, and is named with all that is known', async () => {
    const started = await startEngine();
    const { engine, all, until } = started;
    await openSpoilt(started);
    await engine.call('train', { ...settings, onBadUpdate: 'stop' });
    while (all('failed').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await until('paused');
    const [{ name, message }] = all('failed');
    expect(name).toBe('TrainingError');
    expect(message).toMatch(/The loss of update \d+ \(2m_temperature\) and its gradient \(encoder, /);
    expect(message).toContain(SPOILT_TIME);
    expect(message).toMatch(/: the run is back at update \d+; stop it and start again with a lower/);
    const { done } = all('runReady').at(-1)!;
    expect(message).toContain(`back at update ${done};`);
    expect(all('alarms').flat()).toMatchObject([{ kind: 'bad update', update: done, message }]);
    expect(all('phase').at(-1)?.phase).toBe('paused');
  });

  test('is skipped where that is asked for, the same after a lost device and in another page', async () => {
    const undisturbed = await startEngine();
    await openSpoilt(undisturbed);
    const skipping: TrainingSettings = { ...settings, onBadUpdate: 'skip' };
    await undisturbed.engine.call('train', skipping);
    await undisturbed.until('finished');
    const alarms = undisturbed.all('alarms').flat();
    expect(alarms.length).toBeGreaterThanOrEqual(2);
    for (const { kind, message } of alarms) {
      expect(kind).toBe('bad update');
      expect(message).toMatch(/is of .*: it was skipped\.$/);
    }
    expect(alarms.map(({ message }) => message).join()).toContain(SPOILT_TIME);
    expect(undisturbed.updates().map(({ update }) => update)).toEqual(numbers(1, UPDATES));
    const expected = await exported(undisturbed);
    for (const { data } of readCheckpoint(expected, 'x').parameters.values()) {
      expect(data.every(Number.isFinite)).toBe(true);
    }

    const lost = await startEngine();
    await openSpoilt(lost);
    const spy = watchUpdates(({ update }) => {
      if (update === 8 && lost.all('deviceLost').length === 0) lost.lose();
      return undefined;
    });
    await fourThenAll(lost, skipping);
    await lost.until('finished');
    spy.mockRestore();
    expect(lost.all('deviceBack')).toMatchObject([{ update: 4 }]);
    expect(await exported(lost)).toEqual(expected);

    const first = await startEngine();
    await openSpoilt(first);
    for (let i = 0; i < 5; i++) {
      await first.engine.call('step', skipping);
      await first.until('paused');
    }
    await first.engine.call('openDataset', SPOILT); // lets the run go
    const second = await startEngine();
    await second.engine.call('openDataset', SPOILT);
    const [{ id, config, update }] = await second.engine.call('keptRuns', undefined);
    expect([config.on_bad_update, update]).toEqual(['skip', 5]);
    await second.engine.call('openRun', { id });
    await second.engine.call('train', settings);
    await second.until('finished');
    expect(await exported(second)).toEqual(expected);
  });

  test('puts the run back with half the rate, the same after a lost device and in another page', async () => {
    const rolling: TrainingSettings = { ...settings, onBadUpdate: 'roll_back' };
    const undisturbed = await startEngine();
    await undisturbed.engine.call('openDataset', SAMPLE);
    let spy = watchUpdates(badAtFullRate());
    await fourThenAll(undisturbed, rolling);
    await undisturbed.until('finished');
    spy.mockRestore();
    const { all, updates } = undisturbed;
    expect(all('failed')).toEqual([]);
    expect(all('alarms').flat()).toMatchObject([{ kind: 'rolled back', update: 4 }]);
    expect(all('alarms')[0][0].message).toMatch(
      /The loss of update 6 \(temperature 500\) .*: going on from the checkpoint of update 4 with half the learning rate\.$/,
    );
    // The screen is told where the run stands again, and then of the same updates at half the rate.
    expect(all('runReady').at(-1)?.done).toBe(4);
    expect(updates().map(({ update }) => update)).toEqual([...numbers(1, 6), ...numbers(5, UPDATES)]);
    const [before, after] = updates().filter(({ update }) => update === 5);
    expect(after.learningRate).toBe(before.learningRate / 2);
    const expected = await exported(undisturbed);
    const [{ id: kept }] = await undisturbed.engine.call('keptRuns', undefined);
    const { update } = await undisturbed.engine.call('runCurves', { id: kept });
    expect(update).toEqual(numbers(1, UPDATES));

    const lost = await startEngine();
    await lost.engine.call('openDataset', SAMPLE);
    const bad = badAtFullRate();
    spy = watchUpdates((metrics) => {
      if (metrics.update === 9 && lost.all('deviceLost').length === 0) lost.lose();
      return bad(metrics);
    });
    await fourThenAll(lost, rolling);
    await lost.until('finished');
    expect(lost.all('deviceBack')).toMatchObject([{ update: 4 }]);
    expect(
      lost
        .all('alarms')
        .flat()
        .map(({ kind }) => kind),
    ).toEqual(['rolled back', 'device lost']);
    expect(await exported(lost)).toEqual(expected);

    // Put back within a step, a run still does one update; whoever opens it goes on with the halved rate.
    const first = await startEngine();
    await first.engine.call('openDataset', SAMPLE);
    spy.mockRestore();
    spy = watchUpdates(badAtFullRate());
    for (let i = 0; i < 5; i++) {
      await first.engine.call('step', { ...rolling, seed: 7 });
      await first.until('paused');
    }
    await first.engine.call('step', { ...rolling, seed: 7 });
    await first.until('paused');
    spy.mockRestore();
    expect(first.updates().map(({ update }) => update)).toEqual([...numbers(1, 6), 6]);
    await first.engine.call('openDataset', SAMPLE);
    const second = await startEngine();
    await second.engine.call('openDataset', SAMPLE);
    const runs = await second.engine.call('keptRuns', undefined);
    await second.engine.call('openRun', { id: runs.find((run) => run.update === 6)!.id });
    await second.engine.call('step', settings);
    await second.until('paused');
    const [seventh] = second.updates();
    const whole = updates().find(({ update }) => update === 7)!;
    expect(seventh).toMatchObject({ update: 7, learningRate: whole.learningRate });
  });

  test.each<BadUpdatePolicy>(['skip', 'roll_back'])(
    'that does not stay one ends the run whatever the rule: %s',
    async (onBadUpdate) => {
      const { engine, all, until } = await startEngine();
      await engine.call('openDataset', SAMPLE);
      const spy = watchUpdates((metrics) => ({ ...metrics, gradientNorm: Number.NaN }));
      await engine.call('train', { ...settings, onBadUpdate });
      while (all('failed').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await until('paused');
      expect(all('failed')[0].message).toMatch(
        onBadUpdate === 'skip' ? /and so were the 9 before it: the run is back/ : /after 10 halvings of/,
      );
      // Sound again, the run goes on.
      spy.mockRestore();
      await engine.call('train', settings);
      await until('finished');
      expect(all('failed')).toHaveLength(1);
    },
  );
});

describe('a lost device', () => {
  test('that nothing replaces pauses the run, at once where it is paused by hand', async () => {
    const started = await startEngine();
    const { engine, all, until, lose, adapters } = started;
    await engine.call('openDataset', SAMPLE);
    await engine.call('step', settings);
    await until('paused');
    const good = await exported(started);
    adapters.areThere = false;
    const spy = watchUpdates(({ update }) => {
      if (update === 3) lose();
      return undefined;
    });
    await engine.call('train', settings);
    while (all('deviceLost').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(all('deviceLost')).toMatchObject([{ recovering: true }]);
    await expect(engine.call('train', settings)).rejects.toThrow('already going');
    await engine.call('pause', undefined);
    await until('paused');
    spy.mockRestore();
    expect(all('deviceLost').at(-1)).toMatchObject({ recovering: false });
    expect(await exported(started)).toEqual(good);

    adapters.areThere = true;
    await engine.call('openDevice', undefined);
    await engine.call('train', settings);
    await until('finished');
    expect(all('runReady').at(-1)).toMatchObject({ done: 1 });
    expect(all('failed')).toEqual([]);
  });

  test('while a run is paused costs nothing, nor do forecasts beside a run that recovers', async () => {
    const undisturbed = await startEngine();
    await undisturbed.engine.call('openDataset', SAMPLE);
    await undisturbed.engine.call('train', settings);
    await undisturbed.until('finished');
    const expected = await exported(undisturbed);

    const started = await startEngine();
    const { engine, all, until, lose } = started;
    await engine.call('openDataset', SAMPLE);
    await engine.call('step', settings);
    await until('paused');
    lose();
    while (all('deviceLost').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await engine.call('openDevice', undefined);
    const forecast = { settings, initialFrame: 1, steps: 2 };
    expect(await engine.call('forecast', forecast)).toMatchObject({ parameters: 'update 1' });
    let forecasts: Promise<unknown>[] = [];
    const spy = watchUpdates(({ update }) => {
      if (update !== 4 || all('deviceLost').length > 1) return undefined;
      lose();
      forecasts = [1, 2].map((initialFrame) =>
        engine.call('forecast', { ...forecast, initialFrame }).catch((error) => error),
      );
      return undefined;
    });
    await engine.call('train', settings);
    await until('finished');
    await Promise.all(forecasts);
    spy.mockRestore();
    expect(all('deviceBack')).toHaveLength(1);
    expect(await exported(started)).toEqual(expected);
    expect(await engine.call('forecast', forecast)).toMatchObject({ parameters: `update ${UPDATES}` });
  });
});

test('pauses, steps, savings and exports on the way change nothing of a run', async () => {
  const undisturbed = await startEngine();
  await undisturbed.engine.call('openDataset', SAMPLE);
  await undisturbed.engine.call('train', settings);
  await undisturbed.until('finished');

  const started = await startEngine();
  const { engine, until, updates } = started;
  await engine.call('openDataset', SAMPLE);
  const exports: Promise<Uint8Array>[] = [];
  const spy = watchUpdates(({ update }) => {
    if (update % 3 === 0) exports.push(exported(started));
    if (update === 5) void engine.call('pause', undefined);
    if (update === 2) void engine.call('saveRun', undefined);
    return undefined;
  });
  await engine.call('train', settings);
  await until('paused');
  const paused = updates().length;
  expect(paused).toBeGreaterThanOrEqual(5);
  expect(paused).toBeLessThan(UPDATES);
  const [{ id, update }] = await engine.call('keptRuns', undefined);
  expect(update).toBe(paused);
  const before = unzipSync(await engine.call('exportRun', { id }));
  await engine.call('saveRun', undefined);
  expect(unzipSync(await engine.call('exportRun', { id }))).toEqual(before);
  await engine.call('step', settings);
  await until('paused');
  expect(updates().length).toBe(paused + 1);
  await engine.call('train', settings);
  await until('finished');
  spy.mockRestore();
  expect(updates().map((report) => report.update)).toEqual(numbers(1, UPDATES));
  for (const bytes of await Promise.all(exports)) {
    expect(readCheckpoint(bytes, 'on the way').modelConfig.latent_size).toBe(16);
  }
  expect(exports.length).toBeGreaterThanOrEqual(3);
  expect(await exported(started)).toEqual(await exported(undisturbed));
});

test('a checkpoint of other variables is carried over, parts stay frozen, an average is kept', async () => {
  const started = await startEngine();
  const { engine, until, all } = started;
  await engine.call('openDataset', SAMPLE);
  // The reference's own checkpoint knows five levels, humidity and precipitation.
  const file = new File([readFileSync('src/golden/tiny/checkpoint.npz')], 'tiny.npz');
  await expect(engine.call('openCheckpoint', { file })).rejects.toThrow(MisfitError);
  const { task } = await engine.call('openCheckpoint', { file, anyTask: true });
  expect(task.targetVariables).toContain('specific_humidity');
  await expect(engine.call('train', settings)).rejects.toThrow(
    /tiny\.npz does not fit the data: .*; or choose the data's variables for it in the Train room\.$/,
  );
  await engine.call('useStatistics', { files: statistics });

  const fineTuning: TrainingSettings = {
    ...settings,
    ...{ updates: 3, task: 'data', freeze: ['encoder'], averageDecay: 0.5, onBadUpdate: 'skip' },
    variableWeights: { temperature: 2, specific_humidity: 0.5 },
  };
  const forecast = { settings: fineTuning, initialFrame: 1, steps: 1 };
  expect(await engine.call('forecast', forecast)).toMatchObject({ parameters: 'tiny.npz' });
  await engine.call('train', fineTuning);
  await until('finished');
  const [{ id, config }] = await engine.call('keptRuns', undefined);
  expect(config).toMatchObject({ freeze: ['encoder'], ema_decay: 0.5, on_bad_update: 'skip' });
  expect(config.task.pressureLevels).toEqual([300, 500, 850]);
  expect(config.variable_weights, 'humidity is not in the data').toEqual({ temperature: 2 });
  expect(all('failed')).toEqual([]);

  const files = unzipSync(await engine.call('exportRun', { id }));
  const [before, after, average] = [
    readFileSync('src/golden/tiny/checkpoint.npz'),
    files['checkpoint.npz'],
    files['checkpoint_average.npz'],
  ].map((bytes, i) => readCheckpoint(bytes, `checkpoint ${i}`));
  const isEncoder = (name: string) => name.startsWith('grid2mesh_gnn/');
  for (const [name, { data, shape }] of after.parameters) {
    const old = before.parameters.get(name)!;
    if (isEncoder(name) && shape.join() === old.shape.join()) expect(data).toEqual(old.data);
  }
  const processor = 'mesh_gnn/~_networks_builder/processor_edges_0_mesh_mlp/~/linear_0:w';
  const [was, is, mean] = [before, after, average].map(({ parameters }) => parameters.get(processor)!.data);
  expect(is).not.toEqual(was);
  expect(mean).not.toEqual(is);
  expect(readCheckpoint(await exported(started), 'now').parameters.get(processor)!.data).toEqual(is);
});
