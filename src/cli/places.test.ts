import { expect, test } from 'vitest';
import { gatherPlaces, type Place, placesInWords } from './places';

const gpu = (host: string, adapter = 'Some GPU'): Place => ({ host, adapter, isSoftware: false });

test('a rank learns the places of all', () => {
  const places = [gpu('one'), { host: 'zwei', adapter: 'llvmpipe', isSoftware: true }, gpu('x'.repeat(200))];
  const parts: Float32Array[] = [];
  /** As rank 0 … 2, with a sum of what the ranks before have given. */
  const found = places.map((own, rank) => {
    const sum = (values: Float32Array) => {
      parts.push(values.slice());
      for (const i of values.keys()) values[i] = parts.reduce((total, part) => total + part[i], 0);
    };
    return gatherPlaces({ rank, size: 3, broadcast: () => undefined, sum }, own);
  });
  expect(found[2]).toEqual([places[0], places[1], gpu('x'.repeat(128))]);
});

test('processes that share a GPU are warned, those with one each or on the CPU are not', () => {
  const software = { host: 'one', adapter: 'llvmpipe', isSoftware: true };
  expect(placesInWords([gpu('one'), gpu('two'), gpu('one', 'Other GPU'), software, software])).toEqual([
    'Process 0: Some GPU on one',
    'Process 1: Some GPU on two',
    'Process 2: Other GPU on one',
    'Process 3: llvmpipe on one',
    'Process 4: llvmpipe on one',
  ]);
  expect(placesInWords([gpu('one'), gpu('two'), gpu('one')])[3]).toMatch(
    /^Warning: processes 0, 2 all take Some GPU on one\. .*: start one process per machine, or per such container\.$/,
  );
});
