import { expect, it } from 'vitest';
import { DatasetError } from '../errors';
import { channelLayout } from '../weather/channels';
import { openPlanet, smallPlanet } from '../weather/small_planet.fixture';
import { taskFromDataset } from '../weather/task';
import { type Window, WindowReader } from '../weather/windows';
import { WindowQueue } from './window_queue';
import type { WindowSequence } from './window_sequence';

const HOURS = Array.from({ length: 12 }, (_, i) => 6 * i);
/** Draw k takes the window that starts at frame k, with as many steps as `arSteps` says. */
const inOrder = (arSteps: (draw: number) => number) =>
  ({ at: (draw: number) => ({ firstFrame: draw, arSteps: arSteps(draw) }) }) as WindowSequence;

async function planetReader() {
  const dataset = await openPlanet(smallPlanet({ hours: HOURS, levels: [] }));
  const task = taskFromDataset(dataset);
  return new WindowReader(dataset, task, channelLayout(task));
}

/** A reader that writes down what is asked of it. */
async function watchedReader(windowBytes?: number) {
  const reader = await planetReader();
  const asked: [number, number][] = [];
  const read = reader.read.bind(reader);
  reader.read = (firstFrame, steps) => {
    asked.push([firstFrame, steps]);
    return read(firstFrame, steps);
  };
  if (windowBytes !== undefined) reader.windowBytes = () => windowBytes;
  return { reader, asked };
}

it('hands out the windows of the sequence, with the next ones under way', async () => {
  const { reader, asked } = await watchedReader();
  const arSteps = (draw: number) => (draw < 3 ? 1 : 2);
  const queue = new WindowQueue(inOrder(arSteps), reader, 6);
  const plain = await planetReader();
  for (let draw = 0; draw < 6; draw++) {
    const window = await queue.take(draw);
    expect(asked).toHaveLength(Math.min(6, draw + 5));
    expect(window).toEqual(await plain.read(draw, arSteps(draw)));
  }
  expect(asked).toEqual([0, 1, 2, 3, 4, 5].map((draw) => [draw, arSteps(draw)]));
});

it('reads fewer large windows ahead, but always one', async () => {
  const { reader, asked } = await watchedReader(2 ** 30);
  const queue = new WindowQueue(
    inOrder(() => 1),
    reader,
    10,
  );
  await queue.take(0);
  expect(asked.map(([draw]) => draw)).toEqual([0, 1]);
  await queue.take(1);
  expect(asked.map(([draw]) => draw)).toEqual([0, 1, 2]);
});

it('goes on from any draw', async () => {
  const { reader, asked } = await watchedReader(2 ** 30);
  const queue = new WindowQueue(
    inOrder(() => 1),
    reader,
    10,
  );
  await queue.take(0);
  await queue.take(6);
  expect(asked.map(([draw]) => draw)).toEqual([0, 1, 6, 7]);
});

it('a window that cannot be read fails when its turn comes, and may be asked for again', async () => {
  const { reader } = await watchedReader();
  const read = reader.read.bind(reader);
  let broken = true;
  reader.read = (firstFrame, steps): Promise<Window> =>
    broken && firstFrame === 1
      ? Promise.reject(new DatasetError('a.nc is cut short.'))
      : read(firstFrame, steps);
  const queue = new WindowQueue(
    inOrder(() => 1),
    reader,
    10,
  );
  await queue.take(0);
  await expect(queue.take(1)).rejects.toThrow('a.nc is cut short.');
  broken = false;
  expect((await queue.take(1)).state).toHaveLength(3 * 56);
});
