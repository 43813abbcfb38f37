import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StorageError } from '../errors';
import type { Checkpoint } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { completeRunConfig, presetModel } from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import { updateMetrics } from '../training/update_metrics.fixture';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import { PatientFolder } from './patient_folder';

const config = completeRunConfig({}, { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 9 });
const layout = channelLayout(config.task);
const arrays = parameterArrays(config.model, layout.inputs.length, layout.state.length);
const values = initialiseParameters(arrays, 0);
const checkpoint: Checkpoint = {
  parameters: new Map(arrays.map(({ name, shape }) => [name, { shape, data: values.get(name)! }])),
  modelConfig: config.model,
  task: config.task,
  description: 'test',
  license: 'test',
};
const state = (update: number) => ({ update, moment1: values, moment2: values });
const data = { frames: 3, first: '', last: '', grid: [19, 36] as [number, number], fingerprint: '0f' };

let path: string;
let said: string[];
let folder: PatientFolder;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'patient-'));
  said = [];
  folder = new PatientFolder(await RunFolder.create(path, config, new Map(), data), (text) =>
    said.push(text),
  );
});
afterEach(() => rm(path, { recursive: true }));

/** A folder in a file's place: nobody, not even root, can write there. */
const block = async (file: string) => {
  await rm(join(path, file), { force: true });
  await mkdir(join(path, file));
};
const unblock = (file: string) => rm(join(path, file), { recursive: true });

test('what cannot be written is said once, and written as soon as it can be', async () => {
  await folder.save(checkpoint, state(1));
  await block('metrics.jsonl');
  for (const file of ['incoming-checkpoint.npz', 'incoming-checkpoint_best.npz']) await block(file);
  for (const update of [2, 3]) {
    await folder.appendMetrics(updateMetrics(update));
    await folder.saveBeside('best', checkpoint);
    await folder.save(checkpoint, state(update));
  }
  expect(said).toEqual([
    `Warning: ${join(path, 'metrics.jsonl')} cannot be written: a folder is in its place; take that away, and continue with --resume ${path} if the run has ended. It goes on now, and tries again.`,
  ]);
  await unblock('metrics.jsonl');
  await folder.appendMetrics(updateMetrics(4));
  for (const file of ['incoming-checkpoint.npz', 'incoming-checkpoint_best.npz']) await unblock(file);
  expect(said).toHaveLength(1);
  await folder.save(checkpoint, state(4));
  await folder.finish();
  expect(said.slice(1)).toEqual([`${path} is written again: nothing is missing.`]);
  const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).update)).toEqual([2, 3, 4]);
  expect((await RunFolder.resume(path)).state.update).toBe(4);
  await readFile(join(path, 'checkpoint_best.npz'));
});

test('the end of a run insists on its last save', async () => {
  await folder.save(checkpoint, state(1));
  await block('incoming-optimizer.npz');
  await folder.save(checkpoint, state(2));
  await expect(folder.finish()).rejects.toThrow(StorageError);
  await unblock('incoming-optimizer.npz');
  await folder.finish();
  expect((await RunFolder.resume(path)).state.update).toBe(2);
});
