import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkbenchError } from '../errors';
import { openDataset } from '../weather/dataset';
import { randomStream } from '../weather/random';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { dawn } from '../webgpu/dawn';
import { Engine } from './engine';
import type { Events, TrainingSettings } from './protocol';
import { diskRunFolders } from './run_folders.fixture';

const SAMPLE = { url: 'sample planet' };
const open: typeof openDataset = async (...request) =>
  request[0] === SAMPLE.url ? samplePlanet() : openDataset(...request);
const FIELD = { variable: 'temperature', level: 850 };

const settings = (seed: number): TrainingSettings => ({
  preset: 'tiny',
  latentSize: 16,
  meshSize: 1,
  messageSteps: 1,
  learningRate: 1e-3,
  updates: 6,
  seed,
});

/** Dawn with every buffer and every error of its devices counted. */
async function countingGpu() {
  const gpu = await dawn();
  const live = new Set<GPUBuffer>();
  const errors: string[] = [];
  const provider = {
    requestAdapter: async (options: GPURequestAdapterOptions) => {
      const adapter = (await gpu.requestAdapter(options))!;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        const device = await requestDevice(descriptor);
        device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
        const createBuffer = device.createBuffer.bind(device);
        device.createBuffer = (of) => {
          const buffer = createBuffer(of);
          const destroy = buffer.destroy.bind(buffer);
          live.add(buffer);
          buffer.destroy = () => {
            live.delete(buffer);
            destroy();
          };
          return buffer;
        };
        return device;
      };
      return adapter;
    },
  } as GPU;
  return { provider, live, errors };
}

test('whatever is asked in whatever order, nothing breaks and no buffer is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runs-'));
  const { provider, live, errors } = await countingGpu();
  const failures: unknown[] = [];
  const phases: Events['phase'][] = [];
  const engine = new Engine(
    async () => provider,
    (event, detail) => {
      if (event === 'failed') failures.push(detail);
      if (event === 'phase') phases.push(detail as Events['phase']);
    },
    open,
    async () => diskRunFolders(folder),
  );
  await engine.call('openDevice', undefined);
  const settle = async () => {
    await engine.call('openDataset', SAMPLE);
    await expect.poll(() => phases.at(-1)?.phase).toBe('idle');
  };
  await settle();
  const idle = live.size;

  const actions: ((seed: number) => Promise<unknown>)[] = [
    (seed) => engine.call('train', settings(seed)),
    (seed) => engine.call('step', settings(seed)),
    () => engine.call('pause', undefined),
    () => engine.call('stop', undefined),
    (seed) => engine.call('forecast', { settings: settings(seed), initialFrame: 1, steps: 1 + (seed % 3) }),
    () => engine.call('cancelForecast', undefined),
    () => engine.call('forecastField', { ...FIELD, initialFrame: 1, leadHours: 6 }),
    () => engine.call('forecastScores', { ...FIELD, initialFrame: 1 }),
    (seed) => engine.call('score', { settings: settings(seed), steps: 1, everyHours: 6 }),
    () => engine.call('cancelScore', undefined),
    () => engine.call('exportCheckpoint', undefined),
    () => engine.call('openDataset', SAMPLE),
    () => engine.call('field', { ...FIELD, frame: 0 }),
    (seed) => engine.call('watchKernels', { watch: seed % 2 === 0 }),
  ];
  const random = randomStream(7, 'actions');
  for (let sequence = 0; sequence < 12; sequence++) {
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 8; i++) {
      const action = actions[Math.floor(random() * actions.length)];
      const answer = action(Math.floor(random() * 5)).catch((error) => error);
      asked.push(answer);
      if (random() < 0.5) await answer;
    }
    for (const answer of await Promise.all(asked)) {
      // A refusal in words is an answer; anything else is a defect.
      if (answer instanceof Error) expect(answer).toBeInstanceOf(WorkbenchError);
    }
    await settle();
    expect(live.size).toBe(idle);
  }
  expect(failures).toEqual([]);
  expect(errors).toEqual([]);
  rmSync(folder, { recursive: true });
});
