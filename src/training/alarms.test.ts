import { expect, test } from 'vitest';
import { AlarmWatch } from './alarms';
import { type Phase, warmUpCosine } from './run_config';
import type { UpdateMetrics } from './trainer';
import { updateMetrics } from './update_metrics.fixture';

const metrics = (update: number, change: Partial<UpdateMetrics> = {}) =>
  updateMetrics(update, { gradientNorm: 2 + (update % 3), dataWaitSeconds: 0.01, ...change });

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
  const watch = new AlarmWatch();
  const [alarm] = spiky.flatMap((m) => watch.observe(m));
  expect(alarm.initialTimes).toEqual(spiky[59].initialTimes);
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
  const told = losses.flatMap((loss, i) =>
    watch.observeValidation(i * 100, loss, Math.min(...losses.slice(0, i))),
  );
  expect(told.map(({ update }) => update)).toEqual([800]);
  expect(told[0].message).toContain('0.7000');

  // A resumed run knows its best, too.
  const resumed = new AlarmWatch();
  const later = [1, 2, 3].flatMap((loss, i) => resumed.observeValidation(i, loss, 0.5));
  expect(later.map(({ update }) => update)).toEqual([2]);
});

test('only a learning rate far above the paper is told', () => {
  const usual = warmUpCosine(100, 4e-3);
  expect(AlarmWatch.ofSchedule(usual)).toEqual([]);
  const constant: Phase = { updates: 1, learning_rate: { shape: 'constant', value: 0.1 }, ar_steps: 1 };
  expect(AlarmWatch.ofSchedule([...usual, constant])).toHaveLength(1);
  expect(AlarmWatch.ofSchedule(warmUpCosine(100, 0.1))[0].message).toContain('reaches 0.1');
});
