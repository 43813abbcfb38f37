import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Checkpoint, parametersOf, readCheckpoint } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { completeRunConfig, presetModel } from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import type { OptimizerState } from '../training/trainer';
import { updateMetrics } from '../training/update_metrics.fixture';
import { channelLayout } from '../weather/channels';
import { TabulatedStatistics, writeStatistics } from '../weather/statistics';
import { TASKS } from '../weather/task';
import { diskRunFolders } from './run_folders.fixture';
import { RunStore } from './run_store';

const config = completeRunConfig(
  { validate_every: 100 },
  { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 9 },
);
const layout = channelLayout(config.task);
const arrays = parameterArrays(config.model, layout.inputs.length, layout.state.length);
const data = { frames: 3, first: '', last: '', grid: [19, 36] as [number, number], fingerprint: '0f' };
const table = () => new Map([['geopotential', { levels: [500], values: Float64Array.of(2) }]]);
const statistics = new TabulatedStatistics({ mean: table(), stddev: table(), diffsStddev: table() });
const about = { preset: 'tiny', dataset: 'planet.nc', validateEvery: 100 };

function saved(update: number): [checkpoint: Checkpoint, state: OptimizerState] {
  const values = initialiseParameters(arrays, update);
  const checkpoint = {
    parameters: new Map(arrays.map(({ name, shape }) => [name, { shape, data: values.get(name)! }])),
    modelConfig: config.model,
    task: config.task,
    description: 'test',
    license: 'test',
  };
  return [checkpoint, { update, moment1: values, moment2: initialiseParameters(arrays, update + 100) }];
}

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'runs-'));
  mkdirSync(join(path, 'kept'));
});
afterEach(() => rmSync(path, { recursive: true }));

const openStore = (failing?: { rename?: string }) =>
  new RunStore(diskRunFolders(join(path, 'kept'), failing));

/** A run with three updates in a store. */
async function keptRun(store: RunStore) {
  const { id, stored } = await store.create(about, { config, statistics, data });
  for (let update = 1; update <= 3; update++) stored.appendMetrics(updateMetrics(update));
  await stored.save(...saved(3));
  await store.note(id, 3, null);
  return { id, stored };
}

function filesIn(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file)]));
}

/** Files by name, as text that is compared quickly. */
function digests(files: Iterable<readonly [string, Uint8Array]>): Record<string, string> {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  return Object.fromEntries([...files].map(([name, bytes]) => [name, digest(bytes)]));
}

it('a run of the page is continued by the command line, the files being the same', async () => {
  const store = openStore();
  const { id, stored } = await keptRun(store);
  await stored.saveBeside('best', saved(2)[0]);
  const folder = join(path, 'unpacked');
  const unpacked = Object.entries(unzipSync(await store.export(id)));
  for (const [name, bytes] of unpacked) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const { checkpoint, state, folder: opened } = await RunFolder.resume(folder);
  expect([checkpoint, state]).toEqual(saved(3));
  expect(await opened.readData()).toEqual(data);

  // NetCDF files say when they were written: these are taken as they are.
  const written = unpacked.filter(([name]) => name.startsWith('stats/'));
  const files = new Map(written.map(([name, bytes]) => [name.slice('stats/'.length), bytes]));
  const sameRun = await RunFolder.create(join(path, 'node'), config, files, data);
  for (let update = 1; update <= 3; update++) await sameRun.appendMetrics(updateMetrics(update));
  await sameRun.save(...saved(3));
  await sameRun.saveBeside('best', saved(2)[0]);
  expect(digests(filesIn(folder))).toEqual(digests(filesIn(sameRun.path)));
});

it("the command line's run folder, packed with others' tools, goes on in the page and comes out as it was", async () => {
  const folder = await RunFolder.create(join(path, 'run'), config, writeStatistics(statistics), data);
  await folder.appendMetrics(updateMetrics(4));
  await folder.save(...saved(4));
  const files = filesIn(folder.path);
  const packed = [...files, ['events.tfevents', Buffer.from('of no use here')] as const];
  const archive = zipSync(Object.fromEntries(packed.map(([name, bytes]) => [`my run/${name}`, bytes])));
  const store = openStore();
  const run = await store.import(new File([archive as BlobPart], 'overnight.zip'));
  expect(run).toMatchObject({ name: 'overnight', update: 4, total: 9, validateEvery: 100 });
  const { opened } = await store.open(run!.id);
  expect([opened.checkpoint, opened.state]).toEqual(saved(4));
  const out = unzipSync(await store.export(run!.id));
  expect(digests(Object.entries(out))).toEqual(digests(files));
});

it('takes in nothing but whole runs of a likely size', async () => {
  const store = openStore();
  const file = (files: Record<string, Uint8Array>) => new File([zipSync(files) as BlobPart], 'x.zip');
  expect(await store.import(file({ '.zgroup': Uint8Array.of(1) }))).toBeUndefined();
  const large = { 'config.json': new Uint8Array(2 ** 21), 'checkpoint.npz': new Uint8Array() };
  await expect(store.import(file(large))).rejects.toThrow('config.json claims 2097152 bytes');
  const { id } = await keptRun(store);
  const { 'optimizer.npz': _, ...half } = unzipSync(await store.export(id));
  await expect(store.import(file(half))).rejects.toThrow('has no optimizer.npz');
  expect(await store.list()).toHaveLength(1);
});

it('a run whose configuration is of another network than its checkpoint is neither opened nor taken in', async () => {
  const store = openStore();
  const { id } = await keptRun(store);
  store.close(id);
  const { 'config.json': written, ...files } = unzipSync(await store.export(id));
  const given = JSON.parse(new TextDecoder().decode(written));
  given.model.latent_size = 64;
  const altered = new TextEncoder().encode(JSON.stringify(given));
  const wanted = /config\.json: model\.latent_size is 64, but the run's checkpoint was trained with 32/;
  const archive = new File([zipSync({ ...files, 'config.json': altered }) as BlobPart], 'x.zip');
  await expect(store.import(archive)).rejects.toThrow(wanted);
  writeFileSync(join(path, 'kept', id, 'config.json'), altered);
  await expect(store.open(id)).rejects.toThrow(wanted);
});

it('a saving that is cut off leaves the former checkpoint, or the new one', async () => {
  const failing: { rename?: string } = {};
  const store = openStore(failing);
  const { id, stored } = await keptRun(store);
  const updateIn = async () => (await openStore().open(id)).opened.state.update;
  store.close(id);

  failing.rename = 'checkpoint.npz';
  stored.appendMetrics(updateMetrics(4));
  await expect(stored.save(...saved(4))).rejects.toThrow('closed');
  expect(await updateIn()).toBe(3);
});

it('a saving that is cut off before its average is completed when the run is opened', async () => {
  const store = openStore();
  const { id, stored } = await keptRun(store);
  const average = initialiseParameters(arrays, 7);
  const [checkpoint, state] = saved(4);
  await stored.save(checkpoint, { ...state, average });
  store.close(id);
  const file = join(path, 'kept', id, 'checkpoint_average.npz');
  const averageAfterOpening = async () => {
    const later = openStore();
    await later.open(id);
    later.close(id);
    return parametersOf(readCheckpoint(readFileSync(file), file));
  };
  expect(await averageAfterOpening()).toEqual(average);
  await stored.saveBeside('average', saved(3)[0]); // the save before
  expect(await averageAfterOpening()).toEqual(average);
});

it('a saving that is cut off between its two renames is finished', async () => {
  const failing: { rename?: string } = {};
  const store = openStore(failing);
  const { id, stored } = await keptRun(store);
  store.close(id);
  failing.rename = 'optimizer.npz';
  stored.appendMetrics(updateMetrics(4));
  await expect(stored.save(...saved(4))).rejects.toThrow('closed');
  const later = openStore();
  const { opened } = await later.open(id);
  expect([opened.checkpoint, opened.state]).toEqual(saved(4));
  expect((await later.curves(id)).update).toEqual([1, 2, 3, 4]);
});

it('lists the newest first, renames, removes and puts back; what was removed goes with the next visit', async () => {
  const store = openStore();
  const { id } = await keptRun(store);
  const { id: second } = await keptRun(store);
  await store.create(about, { config, statistics, data }); // never saved
  store.close(id);
  store.close(second);
  expect((await openStore().list()).map(({ name }) => name)).toEqual(['tiny 2', 'tiny 1']);
  await store.rename(id, '  wide  ');
  await store.remove(second);
  expect((await store.list()).map(({ name }) => name)).not.toContain('tiny 2');
  await store.restore(second);
  await store.remove(id);
  expect((await openStore().list()).map(({ name }) => name)).toEqual(['tiny 2']);
  expect(readdirSync(join(path, 'kept'))).not.toContain(id);
});
