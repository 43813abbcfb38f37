import { expect, test } from 'vitest';
import { addPoint, type CurvePoint, curvesOf, curvesUntil, emptyCurves } from './run_curves';

const point = (update: number): CurvePoint => ({
  ...{ update, loss: 1 / update, lossByVariable: { t: update }, gradientNorm: update },
  ...{ learningRate: 1e-3, samplesPerSecond: 2, bytes: 5 },
});

test('a curve keeps few points however long the run, evenly spread from the first update on', () => {
  let curves = emptyCurves();
  for (let update = 1; update <= 20_000; update++) curves = addPoint(curves, point(update));
  expect(curves.update.length).toBeLessThanOrEqual(4000);
  expect(curves.update[0]).toBe(1);
  expect(curves.update.at(-1)).toBe(20_000);
  const gaps = new Set(curves.update.slice(2).map((at, i) => at - curves.update[i + 1]));
  expect([...gaps]).toEqual([curves.stride]);
  expect(curves.lossByVariable.t).toEqual(curves.update);
});

test('a lost device takes back the points after the update that it left', () => {
  let curves = emptyCurves();
  for (let update = 1; update <= 5; update++) curves = addPoint(curves, point(update));
  curves.validation.update.push(2, 4);
  curves.validation.loss.push(0.5, 0.4);
  const left = curvesUntil(curves, 3);
  expect(left.update).toEqual([1, 2, 3]);
  expect(left.bytes).toEqual([5, 5, 5]);
  expect(left.validation).toMatchObject({ update: [2], loss: [0.5] });
});

test('a file of metrics gives its curves, also one of an older version with a last line cut off', () => {
  const lines = [
    '{"update":1,"loss":2,"seconds":0.5,"gradient_norm":3,"learning_rate":0.001,"loss_by_variable":{"t":2}}',
    '{"update":1,"validation":{"loss":2.5,"loss_by_variable":{"t":2.5}}}',
    '{"update":2,"loss":1,"samples_per_second":8,"gpu_bytes":7,"gradient_norm":3,"learning_rate":0}',
    '{"update":3,"lo',
  ];
  expect(curvesOf(lines.join('\n'), 2)).toMatchObject({
    update: [1, 2],
    loss: [2, 1],
    samplesPerSecond: [4, 8],
    bytes: [null, 7],
    lossByVariable: { t: [2] },
    validation: { update: [1], loss: [2.5], lossByVariable: { t: [2.5] } },
  });
});
