import { afterEach, beforeEach, expect, test } from 'vitest';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { dawn } from '../webgpu/dawn';
import { Engine } from './engine';
import type { EventName, Events, TrainingSettings } from './protocol';

const settings: TrainingSettings = {
  preset: 'tiny',
  latentSize: 16,
  meshSize: 1,
  messageSteps: 2,
  learningRate: 1e-3,
  updates: 1,
  seed: 1,
};
const field = { variable: 'temperature', level: 850 };

let engine: Engine;
let device: GPUDevice | undefined;
const listeners: { [K in EventName]?: (detail: Events[K]) => void } = {};

beforeEach(async () => {
  const gpu = await dawn();
  const watched = {
    requestAdapter: async (options: GPURequestAdapterOptions) => {
      const adapter = (await gpu.requestAdapter(options))!;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        device = await requestDevice(descriptor);
        return device;
      };
      return adapter;
    },
  } as GPU;
  engine = new Engine(
    async () => watched,
    (event, detail) => (listeners[event] as ((detail: unknown) => void) | undefined)?.(detail),
    async () => samplePlanet(),
  );
  await engine.call('openDevice', undefined);
});

afterEach(() => {
  for (const name of Object.keys(listeners)) delete listeners[name as EventName];
  device?.destroy();
});

test('a network is read before and after it has learnt, with a gradient where the truth is known', async () => {
  const { times } = await engine.call('openDataset', { url: 'sample planet' });
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
  const finished = new Promise<void>((resolve) => {
    listeners.phase = ({ phase }) => phase === 'finished' && resolve();
  });
  await engine.call('train', { ...settings, learningRate: 0.01 });
  await finished;
  const trained = await engine.call('readNetwork', { settings, initialFrame: 1 });
  expect(trained.parameters).toBe('update 1');
});

test('a sensitivity tells how far it is, belongs to a grid point, and can be cancelled', async () => {
  const { latitudes, longitudes } = await engine.call('openDataset', { url: 'sample planet' });
  const question = { settings, ...field, initialFrame: 2, longitude: 12, latitude: 47, steps: 2 };
  const progress: string[] = [];
  listeners.sensitivityProgress = ({ done, total, unit }) => progress.push(`${done} of ${total} ${unit}`);
  const summary = (await engine.call('sensitivity', question))!;
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
