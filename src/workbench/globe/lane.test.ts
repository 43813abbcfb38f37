import { expect, test } from 'vitest';
import { Lane } from './lane';

/** Work that ends when it is told to. */
function tasks() {
  const ends = new Map<string, (error?: Error) => void>();
  const started: string[] = [];
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, (error) => (error ? reject(error) : resolve(name)));
    });
  };
  const end = async (name: string, error?: Error) => {
    ends.get(name)!(error);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { started, work, end };
}

test('one is under way, the latest waits, those between are left out, and each result is used', async () => {
  const { started, work, end } = tasks();
  const used: string[] = [];
  const lane = new Lane(() => undefined);
  for (const name of ['a', 'b', 'c']) lane.run(work(name), (result) => used.push(result));
  expect(started).toEqual(['a']);
  await end('a');
  expect(used).toEqual(['a']);
  expect(started).toEqual(['a', 'c']);
  await end('c');
  expect(used).toEqual(['a', 'c']);
  lane.run(work('d'), (result) => used.push(result));
  await end('d');
  expect(used).toEqual(['a', 'c', 'd']);
});

test('what was cleared is not used, and an error does not stop what comes after it', async () => {
  const { started, work, end } = tasks();
  const used: string[] = [];
  const errors: unknown[] = [];
  const lane = new Lane((error) => errors.push(error));
  for (const name of ['a', 'b']) lane.run(work(name), (result) => used.push(result));
  lane.clear();
  lane.run(work('c'), (result) => used.push(result));
  await end('a');
  expect(used).toEqual([]);
  expect(started).toEqual(['a', 'c']);
  await end('c', new Error('no'));
  expect(errors).toEqual([new Error('no')]);
  lane.run(work('d'), (result) => used.push(result));
  await end('d');
  expect(used).toEqual(['d']);
});
