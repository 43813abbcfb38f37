import { expect, test } from 'vitest';
import { dawn } from '../webgpu/dawn';
import { engineFixture, SAMPLE, SETTINGS } from './engine.fixture';
import type { TrainingSettings } from './protocol';

const startEngine = engineFixture(dawn);
const settings: TrainingSettings = { ...SETTINGS, messageSteps: 2, updates: 1 };
const field = { variable: 'temperature', level: 850 };

test('a network is read before and after it has learnt, with a gradient where the truth is known', async () => {
  const { engine, until } = await startEngine();
  const { times } = await engine.call('openDataset', SAMPLE);
  const graph = await engine.call('networkGraph', { settings });
  expect([graph.meshSize, graph.steps, graph.meshNodes]).toEqual([1, 2, 42]);
  const fresh = await engine.call('readNetwork', { settings, initialFrame: 1 });
  expect(fresh.parameters).toBe('random first weights');
  expect(fresh.messages.map(({ length }) => length)).toEqual([300, 300]);
  expect(graph.levels).toHaveLength(300);
  expect([fresh.nodes.length, fresh.gradients?.length]).toEqual([3, 3]);
  for (const norms of [...fresh.messages, ...fresh.nodes, ...fresh.gradients!]) {
    expect(norms.every((norm) => norm > 0)).toBe(true);
  }

  const last = await engine.call('readNetwork', { settings, initialFrame: times.length - 1 });
  expect([last.gradients, last.loss]).toEqual([null, null]);
  await engine.call('train', { ...settings, learningRate: 0.01 });
  await until('finished');
  const trained = await engine.call('readNetwork', { settings, initialFrame: 1 });
  expect(trained.parameters).toBe('update 1');
});

test('a sensitivity tells how far it is, belongs to a grid point, and can be cancelled', async () => {
  const { engine, all } = await startEngine();
  const { latitudes, longitudes } = await engine.call('openDataset', SAMPLE);
  const question = { settings, ...field, initialFrame: 2, longitude: 12, latitude: 47, steps: 2 };
  const summary = (await engine.call('sensitivity', question))!;
  const progress = all('sensitivityProgress').map(({ done, total, unit }) => `${done} of ${total} ${unit}`);
  expect(progress).toEqual([0, 1, 2, 3, 4].map((done) => `${done} of 5 passes`));
  expect(summary).toMatchObject({ longitude: 10, latitude: 50, steps: 2, ...field });

  const { values, deviation } = await engine.call('sensitivityField', { ...field, frame: 'last' });
  expect(values).toHaveLength(latitudes.length * longitudes.length);
  expect(deviation).toBeGreaterThan(0);
  // A forecast is the last frame plus a change: most of all it depends on the very value.
  const peak = values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]) ? i : best), 0);
  expect([latitudes[Math.floor(peak / longitudes.length)], longitudes[peak % longitudes.length]]).toEqual([
    50, 10,
  ]);

  const cancelled = engine.call('sensitivity', { ...question, steps: 4 });
  await engine.call('cancelSensitivity', undefined);
  expect(await cancelled).toBeNull();
  await expect(
    engine.call('sensitivity', { ...question, variable: 'toa_incident_solar_radiation', level: null }),
  ).rejects.toThrow("does not predict 'toa_incident_solar_radiation'");
});
