import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, ConfigError, StorageError } from '../errors';
import type { Checkpoint } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import { completeRunConfig, presetModel } from './run_config';
import { RunFolder } from './run_folder';
import { decodeEvents } from './tensorboard.reference';
import type { OptimizerState } from './trainer';
import { updateMetrics } from './update_metrics.fixture';

const config = completeRunConfig({}, { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 9 });
const layout = channelLayout(config.task);
const arrays = parameterArrays(config.model, layout.inputs.length, layout.state.length);

function saved(update: number): { checkpoint: Checkpoint; state: OptimizerState } {
  const values = initialiseParameters(arrays, update);
  return {
    checkpoint: {
      parameters: new Map(arrays.map(({ name, shape }) => [name, { shape, data: values.get(name)! }])),
      modelConfig: config.model,
      task: config.task,
      description: 'test',
      license: 'test',
    },
    state: {
      update,
      moment1: values,
      moment2: initialiseParameters(arrays, update + 100),
    },
  };
}

const data = { frames: 3, first: '', last: '', grid: [19, 36] as [number, number], fingerprint: '0f' };

describe('run folder', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'run-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  const folderWith = async (update: number) => {
    const folder = await RunFolder.create(
      path,
      config,
      new Map([['mean_by_level.nc', Uint8Array.of(1)]]),
      data,
    );
    const { checkpoint, state } = saved(update);
    await folder.save(checkpoint, state);
    return folder;
  };

  it('gives back exactly what was saved', async () => {
    const folder = await folderWith(3);
    for (let update = 1; update <= 5; update++) await folder.appendMetrics(updateMetrics(update));
    const { checkpoint, state, config: given } = await RunFolder.resume(path);
    expect({ checkpoint, state }).toEqual(saved(3));
    expect(given.batch_size).toBe(1);
    const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).update)).toEqual([1, 2, 3]);
  });

  it('finishes a save that was cut off between its two renames', async () => {
    await folderWith(3);
    for (const file of ['checkpoint.npz', 'optimizer.npz'])
      await copyFile(join(path, file), join(path, `old-${file}`));
    const folder = await RunFolder.resume(path).then((run) => run.folder);
    const { checkpoint, state } = saved(4);
    await folder.save(checkpoint, state);
    await rename(join(path, 'optimizer.npz'), join(path, 'incoming-optimizer.npz'));
    await rename(join(path, 'old-optimizer.npz'), join(path, 'optimizer.npz'));
    expect((await RunFolder.resume(path)).state.update).toBe(4);
    expect((await RunFolder.resume(path)).state.update).toBe(4); // and it stays so
  });

  it('finishes a first save that was cut off between its two renames', async () => {
    await folderWith(3);
    await rename(join(path, 'optimizer.npz'), join(path, 'incoming-optimizer.npz'));
    expect((await RunFolder.resume(path)).state.update).toBe(3);
  });

  it('leaves every file as it is for a process that does not write the run', async () => {
    const folder = await folderWith(3);
    for (let update = 1; update <= 5; update++) await folder.appendMetrics(updateMetrics(update));
    await rename(join(path, 'optimizer.npz'), join(path, 'incoming-optimizer.npz'));
    const contents = async () => {
      const files = (await readdir(path)).filter((file) => file !== 'stats');
      return Promise.all(files.map(async (file) => [file, await readFile(join(path, file))]));
    };
    const before = await contents();
    expect((await RunFolder.resume(path, false)).state.update).toBe(3);
    expect(await contents()).toEqual(before);
  });

  it('drops a line of metrics that was cut off', async () => {
    const folder = await folderWith(3);
    for (let update = 1; update <= 3; update++) await folder.appendMetrics(updateMetrics(update));
    await appendFile(join(path, 'metrics.jsonl'), '{"update":3,"lo');
    await RunFolder.resume(path);
    const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).split('\n');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line).update)).toEqual([1, 2, 3]);
    expect(lines.at(-1)).toBe('');
  });

  it('cuts alarms and events back like metrics, and goes on with the events', async () => {
    const folder = await folderWith(3);
    const alarm = (update: number) => ({
      kind: 'bad update' as const,
      update,
      message: 'x',
      initialTimes: [0],
    });
    await folder.appendMetrics(updateMetrics(1));
    await folder.writeEvents();
    for (let update = 2; update <= 5; update++) await folder.appendMetrics(updateMetrics(update));
    for (const update of [0, 3, 4]) await folder.appendAlarm(alarm(update));
    await appendFile(join(path, 'alarms.jsonl'), '{"kind":"ba');
    await appendFile(join(path, 'events.out.tfevents.graphcast'), 'cut off');
    const { folder: resumed } = await RunFolder.resume(path);
    for (let update = 4; update <= 5; update++) await resumed.appendMetrics(updateMetrics(update));
    const alarms = (await readFile(join(path, 'alarms.jsonl'), 'utf8')).trim().split('\n');
    const initial = { initial_times: ['1970-01-01 00:00 UTC'] };
    expect(alarms.map((line) => JSON.parse(line))).toEqual(
      [0, 3].map((update) => ({ kind: 'bad update', update, message: 'x', ...initial })),
    );
    const events = decodeEvents(await readFile(join(path, 'events.out.tfevents.graphcast')));
    expect(events.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.slice(1).map(({ scalars }) => scalars.gradient_norm)).toEqual([1, 1, 1, 1, 1]);
    expect(events[3].scalars['loss_by_variable/temperature']).toBeCloseTo(0.3, 6);
  });

  it('keeps the scale of the learning rate, and says nothing of it where it is 1', async () => {
    const folder = await folderWith(3);
    expect((await RunFolder.resume(path)).state).not.toHaveProperty('rateScale');
    const { checkpoint, state } = saved(4);
    await folder.save(checkpoint, { ...state, rateScale: 0.25 });
    expect((await RunFolder.resume(path)).state.rateScale).toBe(0.25);
  });

  it('ignores a save that was cut off before its first rename', async () => {
    await folderWith(3);
    await writeFile(join(path, 'incoming-checkpoint.npz'), 'half');
    await writeFile(join(path, 'incoming-optimizer.npz'), 'half');
    expect((await RunFolder.resume(path)).state.update).toBe(3);
  });

  it('refuses files of different saves', async () => {
    await folderWith(3);
    await copyFile(join(path, 'optimizer.npz'), join(path, 'kept'));
    const { folder } = await RunFolder.resume(path);
    const { checkpoint, state } = saved(4);
    await folder.save(checkpoint, state);
    await rename(join(path, 'kept'), join(path, 'optimizer.npz'));
    await expect(RunFolder.resume(path)).rejects.toThrow(CheckpointError);
  });

  it('knows what the run is trained on; a run of an old version does not', async () => {
    const folder = await folderWith(3);
    expect(await folder.readData()).toEqual(data);
    await writeFile(join(path, 'data.json'), '{"frames": 3');
    await expect(folder.readData()).rejects.toThrow(/has a damaged data\.json/);
    await rm(join(path, 'data.json'));
    expect(await folder.readData()).toBeUndefined();
  });

  describe('where a file cannot be written', () => {
    /** A folder in a file's place: nobody, not even root, can write there. */
    const block = async (file: string) => {
      await rm(join(path, file), { force: true });
      await mkdir(join(path, file));
    };
    const unblock = (file: string) => rm(join(path, file), { recursive: true });
    const lines = async (file: string) => (await readFile(join(path, file), 'utf8')).trim().split('\n');

    it.each(['checkpoint.npz', 'optimizer.npz'])('says so of %s, and how to go on', async (file) => {
      const folder = await folderWith(3);
      await block(`incoming-${file}`);
      const { checkpoint, state } = saved(4);
      const saving = folder.save(checkpoint, state);
      await expect(saving).rejects.toThrow(StorageError);
      await expect(saving).rejects.toThrow(
        `${join(path, `incoming-${file}`)} cannot be written: a folder is in its place; take that away, and continue with --resume ${path} if the run has ended.`,
      );
      await unblock(`incoming-${file}`);
      expect((await RunFolder.resume(path)).state.update).toBe(3);
      await folder.save(checkpoint, state);
      expect((await RunFolder.resume(path)).state.update).toBe(4);
    });

    it('keeps lines and a cut, and writes them before the next line', async () => {
      const folder = await folderWith(3);
      await folder.writeEvents();
      for (const update of [1, 2, 3]) await folder.appendMetrics(updateMetrics(update));
      await block('incoming-metrics.jsonl');
      await expect(folder.appendMetrics(updateMetrics(4))).resolves.toBeUndefined();
      await expect(folder.cutBack(2)).rejects.toThrow(StorageError);
      await expect(folder.appendMetrics(updateMetrics(3))).rejects.toThrow(StorageError);
      await expect(folder.appendMetrics(updateMetrics(4))).rejects.toThrow(StorageError);
      await expect(folder.cutBack(3)).rejects.toThrow(StorageError);
      await unblock('incoming-metrics.jsonl');
      await block('alarms.jsonl');
      const alarm = { kind: 'bad update' as const, update: 3, message: 'x' };
      await expect(folder.appendAlarm(alarm)).rejects.toThrow(/alarms\.jsonl cannot be written/);
      await unblock('alarms.jsonl');
      await folder.appendMetrics(updateMetrics(4));
      const updates = (await lines('metrics.jsonl')).map((line) => JSON.parse(line).update);
      expect(updates).toEqual([1, 2, 3, 4]);
      expect(await lines('alarms.jsonl')).toHaveLength(1);
      const events = decodeEvents(await readFile(join(path, 'events.out.tfevents.graphcast')));
      expect(events.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    });

    it('leaves no run behind where it cannot be made', async () => {
      await block('data.json');
      await expect(RunFolder.create(path, config, new Map(), data)).rejects.toThrow(
        `${path} cannot hold the run: a folder is in its place; choose another --out.`,
      );
      expect(await readdir(path)).not.toContain('config.json');
    });
  });

  it('never overwrites a run, and says when there is none', async () => {
    await folderWith(3);
    await expect(RunFolder.create(path, config, new Map(), data)).rejects.toThrow(
      /already holds a run: continue it/,
    );
    await expect(RunFolder.resume(join(path, 'stats'))).rejects.toThrow(ConfigError);
  });
});
