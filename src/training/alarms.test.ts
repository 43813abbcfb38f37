import { expect, test } from 'vitest';
import { AlarmWatch } from './alarms';
import type { UpdateMetrics } from './trainer';

const metrics = (update: number, change: Partial<UpdateMetrics> = {}): UpdateMetrics => ({
  update,
  loss: 1,
  lossByVariable: {},
  gradientNorm: 2 + (update % 3),
  learningRate: 1e-3,
  arSteps: 1,
  seconds: 1,
  dataWaitSeconds: 0.01,
  ...change,
});

const kinds = (watch: AlarmWatch, all: UpdateMetrics[]) =>
  all.flatMap((m) => watch.observe(m)).map(({ kind, update }) => `${kind} at ${update}`);

const updates = (count: number, of: (update: number) => Partial<UpdateMetrics> = () => ({})) =>
  Array.from({ length: count }, (_, i) => metrics(i + 1, of(i + 1)));

test('an ordinary run raises no alarm', () => {
  expect(kinds(new AlarmWatch(), updates(300))).toEqual([]);
});

test('a gradient far above the usual is a spike, and told once', () => {
  const spiky = updates(100, (update) => (update === 60 ? { gradientNorm: 31 } : {}));
  expect(kinds(new AlarmWatch(), spiky)).toEqual(['gradient spike at 60']);
  expect(new AlarmWatch().observe(metrics(1, { gradientNorm: 1e6 }))).toEqual([]);
});

test('the usual follows a run whose gradients grow slowly', () => {
  const growing = updates(400, (update) => ({ gradientNorm: 1.01 ** update }));
  expect(kinds(new AlarmWatch(), growing)).toEqual([]);
});

test('waiting for data is said every 50 updates while it lasts', () => {
  const hungry = updates(160, (update) => ({ dataWaitSeconds: update <= 110 ? 0.5 : 0 }));
  expect(kinds(new AlarmWatch(), hungry)).toEqual(['starving at 50', 'starving at 100']);
});

test('validation rises after three losses above the best in a row', () => {
  const watch = new AlarmWatch();
  const losses = [1, 0.8, 0.9, 0.85, 0.7, 0.75, 0.71, 0.8, 0.9, 1];
  const told = losses.flatMap((loss, i) => watch.observeValidation(i * 100, loss));
  expect(told.map(({ update }) => update)).toEqual([800]);
  expect(told[0].message).toContain('0.7000');
});

test('only a learning rate far above the paper is told', () => {
  expect(AlarmWatch.ofSchedule([0, 1e-3, 4e-3])).toEqual([]);
  expect(AlarmWatch.ofSchedule([0, 0.1])).toHaveLength(1);
});
