/** Engines for tests, with small planets in place of files, and devices that can be lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Dataset, openDataset } from '../weather/dataset';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { Engine } from './engine';
import type { EventName, Events, TrainingSettings, UpdateReport } from './protocol';
import { diskRunFolders } from './run_folders.fixture';

export const SETTINGS: TrainingSettings = {
  preset: 'tiny',
  latentSize: 16,
  meshSize: 1,
  messageSteps: 1,
  learningRate: 1e-3,
  updates: 4,
  seed: 1,
};

/** A small planet, in place of what is at this address. */
export const SAMPLE = { url: 'sample planet' };
/** The same, but for a frame of 2 m temperatures so large that their squares are not finite. */
export const SPOILT = { url: 'spoilt planet' };
/** The last hour at which a forecast can start whose truth is that frame. */
export const SPOILT_TIME = '2024-01-03 18:00 UTC';
const SPOILT_FRAME = 12;

function spoiltPlanet(): Dataset {
  const planet = samplePlanet();
  return {
    ...planet,
    async read(variable, frame, levels) {
      const values = await planet.read(variable, frame, levels);
      return variable === '2m_temperature' && frame === SPOILT_FRAME ? values.map(() => 1e25) : values;
    },
  };
}

const open: typeof openDataset = async (...request) => {
  if (request[0] === SAMPLE.url) return samplePlanet();
  return request[0] === SPOILT.url ? spoiltPlanet() : openDataset(...request);
};

/**
 * For one test file: starts engines that keep their runs in one folder per test.
 * @param openGpu Dawn
 * @returns `startEngine`; an engine comes with what it has told, and with ways to disturb it
 */
export function engineFixture(openGpu: () => Promise<GPU>) {
  const devices: (() => void)[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runs-'));
  });
  afterEach(() => {
    for (const close of devices.splice(0)) close();
    rmSync(folder, { recursive: true });
  });

  return async function startEngine() {
    const events: { event: EventName; detail: unknown }[] = [];
    let device: GPUDevice | undefined;
    const adapters = { areThere: true };
    const gpu = await openGpu();
    const watching = {
      requestAdapter: async (options: GPURequestAdapterOptions) => {
        if (!adapters.areThere) return null;
        const adapter = (await gpu.requestAdapter(options))!;
        const requestDevice = adapter.requestDevice.bind(adapter);
        adapter.requestDevice = async (descriptor) => {
          device = await requestDevice(descriptor);
          return device;
        };
        return adapter;
      },
    } as GPU;
    const onPhase: { listener?: (phase: Events['phase']) => void } = {};
    const engine = new Engine(
      async () => watching,
      (event, detail) => {
        events.push({ event, detail });
        if (event === 'phase') onPhase.listener?.(detail as Events['phase']);
      },
      open,
      async () => diskRunFolders(folder),
    );
    await engine.call('openDevice', undefined);
    /** Destroys the device as a driver reset would. */
    const lose = () => device?.destroy();
    /** Makes the device report an error: these two usages exclude each other. */
    const harm = () => {
      device?.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    };
    devices.push(lose);
    const all = <K extends EventName>(name: K) =>
      events.flatMap(({ event, detail }) => (event === name ? [detail as Events[K]] : []));
    const until = async (phase: Events['phase']['phase']) => {
      while (all('phase').at(-1)?.phase !== phase) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const updates = (): UpdateReport[] => all('updates').flat();
    return { engine, all, until, updates, lose, harm, onPhase, adapters };
  };
}
