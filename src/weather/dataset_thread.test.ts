import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { readChannels } from './channel_reader';
import { channelLayout } from './channels';
import {
  type DatasetThread,
  openInThread,
  openStored,
  serveDataset,
  type ThreadReply,
} from './dataset_thread';
import { writeNetcdf } from './formats/netcdf_writer';
import { openPlanet, smallPlanet } from './small_planet.fixture';
import { taskFromDataset } from './task';

/** A thread that is none: messages are copied as between threads, and answered later. */
function pretendThread() {
  const thread = {
    ended: false,
    fail: (_reason: string) => {},
    posted: [] as unknown[],
  };
  let onReply: (reply: ThreadReply) => void;
  const answer = serveDataset((reply, transfer) => {
    const copy = structuredClone(reply, { transfer });
    if (!thread.ended) setTimeout(() => onReply(copy), 0);
  });
  const port: DatasetThread = {
    post(request) {
      thread.posted.push(request);
      // A File cannot be cloned in Node, as it can in browsers.
      void answer('open' in request ? request : structuredClone(request));
    },
    listen(reply, failure) {
      onReply = reply;
      thread.fail = failure;
    },
    end: () => {
      thread.ended = true;
    },
  };
  return { thread, port };
}

const file = async () => new File([await writeNetcdf(smallPlanet())], 'planet.nc');

test('a dataset in a thread is the dataset', async () => {
  const { port } = pretendThread();
  const dataset = await openInThread(port, { open: [await file()] });
  const { read, readChannels: _, close, ...description } = dataset;
  const plain = await openPlanet(smallPlanet());
  const { read: readHere, close: closeHere, ...expected } = plain;
  expect(description).toEqual(expected);
  for (const [variable, levels] of [
    ['2m_temperature'],
    ['geopotential', [850, 500]],
    ['land_sea_mask'],
  ] as const)
    expect(await read(variable, 2, levels && [...levels])).toEqual(
      await readHere(variable, 2, levels && [...levels]),
    );
  const { state, forcings } = channelLayout(taskFromDataset(plain));
  for (const [channels, time, frame] of [
    [state, plain.times[1], 1],
    [forcings, plain.times[3] + 86_400, undefined],
  ] as const)
    expect(await readChannels(dataset, channels, time, frame)).toEqual(
      await readChannels(plain, channels, time, frame),
    );
  close();
  closeHere();
});

test('kept frames are not those of an earlier file of static fields', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thread-'));
  try {
    const spec = smallPlanet();
    const statics = async (value: number) => {
      const mask = spec.variables.find(({ name }) => name === 'land_sea_mask')!;
      mask.data = new Float32Array(mask.data.length).fill(value);
      return new File([await writeNetcdf(spec)], 'statics.nc', { lastModified: value });
    };
    const data = new File([await writeNetcdf(smallPlanet())], 'planet.nc', { lastModified: 1 });
    for (const value of [1, 2]) {
      const dataset = await openStored({
        open: [data, { statics: await statics(value) }],
        cache: { folder, bytes: 1e6 },
      });
      expect((await dataset.read('land_sea_mask', 0))[0]).toBe(value);
      dataset.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('its errors are those of the data, and only that request fails', async () => {
  const { port } = pretendThread();
  const dataset = await openInThread(port, { open: [await file()] });
  const [wrong, right] = [dataset.read('vorticity', 0), dataset.read('2m_temperature', 0)];
  await expect(wrong).rejects.toThrow(DatasetError);
  await expect(wrong).rejects.toThrow(/planet\.nc: there is no variable 'vorticity'/);
  expect(await right).toHaveLength(56);
});

test('data that cannot be opened end the thread', async () => {
  const { port, thread } = pretendThread();
  const opening = openInThread(port, { open: [new File(['nonsense'], 'notes.txt')] });
  await expect(opening).rejects.toThrow(DatasetError);
  await expect(opening).rejects.toThrow(/notes\.txt/);
  expect(thread.ended).toBe(true);
});

test('when the thread has died, open and later reads are refused', async () => {
  const { port, thread } = pretendThread();
  const dataset = await openInThread(port, { open: [await file()] });
  const open = dataset.read('2m_temperature', 0);
  thread.fail('out of memory');
  for (const read of [open, dataset.read('2m_temperature', 1)]) {
    await expect(read).rejects.toThrow(DatasetError);
    await expect(read).rejects.toThrow(
      /planet\.nc: the thread that reads the data stopped \(out of memory\); open them again/,
    );
  }
});

test('closing lets the thread close the data before it ends, and refuses further reads', async () => {
  const { port, thread } = pretendThread();
  const dataset = await openInThread(port, { open: [await file()] });
  const open = dataset.read('2m_temperature', 0);
  dataset.close();
  dataset.close();
  for (const read of [open, dataset.read('2m_temperature', 1)])
    await expect(read).rejects.toThrow(/planet\.nc: the file is closed; open it again/);
  expect(thread.ended).toBe(false);
  while (!thread.ended) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(thread.posted.at(-1)).toMatchObject({ close: true });
  expect(thread.posted.filter((request) => 'close' in (request as object))).toHaveLength(1);
});
