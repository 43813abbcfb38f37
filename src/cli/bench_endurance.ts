/** Whether a long run stays as fast and as small as it began. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { recordData } from '../training/data_record';
import { completeRunConfig, warmUpCosine } from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import { Trainer } from '../training/trainer';
import { TrainingSession } from '../training/training_session';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Gpu } from '../webgpu/device';
import { noise } from '../webgpu/noise';
import { type BenchResult, resultHeader } from './bench_result';
import { objectBytes } from './heap_objects';
import { openGpu } from './inputs';
import { parseOptions } from './options';
import { type PresetSetting, presetSetting } from './preset_setting';
import { Progress } from './progress';

const UPDATES = 10_000;
/** Updates between two looks at the memory. */
const LOOK_EVERY = 250;
/** Until then everything may still find its size. */
const SETTLED = 500;
/** The step times of so many updates at either end are compared, a tenth of all at most. */
const MOST_COMPARED = 1000;
const FRAMES = 24;

const COMMAND = {
  usage: 'bench --endurance [--preset P] [--updates N] [--json]',
  summary:
    'Trains a preset on random fields as `graphcast train` does, run folder and checkpoints included, and tells whether memory grows or steps slow down.',
  options: {
    endurance: { help: 'measure a long run' },
    preset: { value: 'P', help: 'what is trained', default: 'tiny' },
    updates: { value: 'N', help: 'how long', default: String(UPDATES) },
    json: { help: 'print one JSON object' },
  },
} as const;

/** Memory at one moment, bytes; the heap after garbage was collected. */
interface Look {
  update: number;
  /** Of all buffers that exist on the device, whoever made them. */
  gpu_bytes: number;
  heap_bytes: number;
  /** Of the heap, what the program itself keeps: without the code that Node goes on compiling. At the two ends only. */
  object_bytes?: number;
  /** Array buffers and whatever else lies outside the heap but belongs to it. */
  external_bytes: number;
  /** Of the whole process; with a software adapter that is GPU memory, too. */
  resident_bytes: number;
}

export interface EnduranceResult extends Pick<BenchResult, 'date' | 'versions' | 'adapter'> {
  preset: string;
  updates: number;
  looks: Look[];
  /** Last look less the one after 500 updates. */
  growth: Required<Omit<Look, 'update'>>;
  /** Updates at either end whose medians are compared. */
  compared: number;
  first_median_seconds: number;
  last_median_seconds: number;
}

export async function endurance(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const preset = options.text('preset') ?? 'tiny';
  const updates = options.count('updates', UPDATES, 20);
  const gpu = await openGpu();
  try {
    const result = await measure(gpu, preset, updates);
    console.log(options.flag('json') ? JSON.stringify(result) : enduranceText(result));
  } finally {
    gpu.close();
  }
}

async function measure(gpu: Gpu, preset: string, updates: number): Promise<EnduranceResult> {
  const setting = presetSetting(preset);
  const dataset = noiseDataset(setting);
  const statistics = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
  const { config: model, task } = setting;
  const config = completeRunConfig({ phases: warmUpCosine(updates, 1e-4) }, { task, model, updates });
  const { inputs, state } = channelLayout(task);
  const arrays = parameterArrays(model, inputs.length, state.length);
  const bytesOnDevice = countBuffers(gpu.device);
  const collect = garbageCollector();
  const looks: Look[] = [];
  const seconds = new Float64Array(updates);
  const progress = new Progress(updates, 'updates');
  const path = await mkdtemp(join(tmpdir(), 'graphcast-endurance-'));
  try {
    await new TrainingSession({
      config,
      about: { description: 'Trained on noise', license: '' },
      start: { parameters: initialiseParameters(arrays, 0) },
      async openTrainer(at) {
        const trainer = await Trainer.create({ gpu, dataset, statistics, config, ...at });
        return { trainer, close: () => trainer.destroy() };
      },
      openStore: async () => RunFolder.create(path, config, new Map(), await recordData(dataset, config)),
      isSaveDue: (update) => update % LOOK_EVERY === 0,
      mustStop: () => false,
      remedy: () => 'this is a fault of the program',
      onUpdate({ update, samplesPerSecond }) {
        seconds[update - 1] = config.batch_size / samplesPerSecond;
        progress.show(update);
        if (update % LOOK_EVERY !== 0 && update !== updates) return;
        collect();
        const { heapUsed, external, rss } = process.memoryUsage();
        looks.push({
          update,
          gpu_bytes: bytesOnDevice(),
          heap_bytes: heapUsed,
          ...((update === SETTLED || update === updates) && { object_bytes: objectBytes(path) }),
          external_bytes: external,
          resident_bytes: rss,
        });
      },
    }).run();
  } finally {
    await rm(path, { recursive: true });
  }
  const { date, versions, adapter } = resultHeader(gpu);
  const compared = Math.min(MOST_COMPARED, Math.ceil(updates / 10));
  return {
    ...{ date, versions, adapter, preset, updates, looks, growth: growthOf(looks), compared },
    first_median_seconds: median(seconds.slice(0, compared)),
    last_median_seconds: median(seconds.slice(-compared)),
  };
}

function growthOf(looks: Look[]): EnduranceResult['growth'] {
  const last = looks[looks.length - 1];
  const settled = looks.find(({ update }) => update === SETTLED) ?? last;
  const grown = (name: keyof Look) => (last[name] ?? 0) - (settled[name] ?? 0);
  return {
    gpu_bytes: grown('gpu_bytes'),
    heap_bytes: grown('heap_bytes'),
    object_bytes: grown('object_bytes'),
    external_bytes: grown('external_bytes'),
    resident_bytes: grown('resident_bytes'),
  };
}

/** Frames of noise with everything that the task needs. */
function noiseDataset({ task, grid }: PresetSetting): Dataset {
  const layout = channelLayout(task);
  const nodes = grid.latitudes.length * grid.longitudes.length;
  const infoOf = (hasTime: boolean) => {
    return ({ variable: name, level }: { variable: string; level: number | null }) =>
      [name, { name, hasTime, hasLevel: level !== null, units: '' }] as const;
  };
  return {
    ...grid,
    name: 'Noise',
    levels: task.pressureLevels,
    times: Float64Array.from({ length: FRAMES }, (_, i) => Date.UTC(2001, 0, 1) / 1000 + 21_600 * i),
    variables: new Map([...layout.state.map(infoOf(true)), ...layout.statics.map(infoOf(false))]),
    read: async (_variable, _frame, levels) => noise((levels?.length ?? 1) * nodes),
    close: () => undefined,
  };
}

/** Counts the bytes of all buffers that are made on a device from now on and still exist. */
function countBuffers(device: GPUDevice): () => number {
  let bytes = 0;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let exists = true;
    bytes += buffer.size;
    buffer.destroy = () => {
      if (exists) bytes -= buffer.size;
      exists = false;
      return destroy();
    };
    return buffer;
  };
  return () => bytes;
}

/** Node's garbage collector, which it shows only when asked to. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

function median(values: ArrayLike<number>): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function enduranceText(result: EnduranceResult): string {
  const { preset, updates, growth, compared } = result;
  const [first, last] = [result.first_median_seconds, result.last_median_seconds];
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  const milliseconds = (seconds: number) => `${(1000 * seconds).toFixed(2)} ms`;
  return [
    `${preset}, ${updates} updates`,
    `step time, median of the first and the last ${compared}: ${milliseconds(first)}, ${milliseconds(last)} (${((100 * last) / first - 100).toFixed(1)} %)`,
    `growth after update ${Math.min(SETTLED, updates)}: GPU ${kib(growth.gpu_bytes)}, heap ${kib(growth.heap_bytes)} (objects ${kib(growth.object_bytes)}), external ${kib(growth.external_bytes)}, process ${kib(growth.resident_bytes)}`,
  ].join('\n');
}
