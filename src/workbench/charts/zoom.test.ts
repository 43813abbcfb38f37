import { expect, test } from 'vitest';
import { type Range, zoomedByKey } from './zoom';

const ALL: Range = [0, 100];

test('+ halves what is shown around its middle, − doubles it until all is shown', () => {
  expect(zoomedByKey(null, ALL, '+')).toEqual([25, 75]);
  expect(zoomedByKey([25, 75], ALL, '-')).toBeNull();
  expect(zoomedByKey([0, 25], ALL, '−')).toEqual([0, 50]);
});

test('arrows move it by a quarter and stop at the ends', () => {
  expect(zoomedByKey([20, 60], ALL, 'ArrowRight')).toEqual([30, 70]);
  expect(zoomedByKey([70, 100], ALL, 'ArrowRight')).toEqual([70, 100]);
  expect(zoomedByKey([5, 45], ALL, 'ArrowLeft')).toEqual([0, 40]);
});

test('0 shows all, other keys mean nothing here', () => {
  expect(zoomedByKey([5, 45], ALL, '0')).toBeNull();
  expect(zoomedByKey([5, 45], ALL, 't')).toBeUndefined();
});
