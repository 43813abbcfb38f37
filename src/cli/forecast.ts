import { DatasetError } from '../errors';
import { rollout } from '../forecast/rollout';
import { SpatialMeans } from '../forecast/spatial_means';
import { checkFits, parametersOf } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { VARIABLES } from '../weather/variables';
import { FRAME_SECONDS } from '../weather/window_index';
import { WindowReader } from '../weather/windows';
import { Executor } from '../webgpu/execute';
import { beginForecast, checkForecastPath } from './forecast_output';
import { type LeadScore, scoreLead, scoreTable } from './forecast_scores';
import {
  ACTIVATIONS_OPTION,
  DATA_OPTIONS,
  dataPaths,
  formatTime,
  loadCheckpoint,
  loadStatistics,
  MEMORY_OPTION,
  memoryBudget,
  openData,
  openGpu,
  parseActivations,
} from './inputs';
import { parseOptions, UsageError } from './options';
import { Progress } from './progress';
import { VARIANT_OPTION, variantOption } from './variant_option';

const COMMAND = {
  usage: 'forecast --checkpoint C --data D [OPTIONS]',
  summary:
    'Runs a forecast from two frames 6 h apart and writes it as NetCDF or Zarr; scores it where the data hold the truth.',
  options: {
    checkpoint: { value: 'C.npz', help: 'checkpoint', required: true },
    ...DATA_OPTIONS,
    stats: {
      value: 'DIR',
      help: 'folder of the three statistics files',
      default: '`stats` beside the data, else computed',
    },
    steps: { value: 'N', help: 'steps of 6 h', default: '4' },
    time: { value: 'T', help: 'initial time, e.g. 2024-06-03T06:00Z', default: 'the last possible' },
    out: { value: 'F.nc', help: 'what to write: F.nc, F.zarr or F.zarr.zip', default: 'forecast.nc' },
    activations: ACTIVATIONS_OPTION,
    memory: MEMORY_OPTION,
    variant: VARIANT_OPTION,
    json: { help: 'print one JSON object' },
  },
} as const;

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const [checkpointPath, [dataPath]] = [options.text('checkpoint')!, dataPaths(options)];
  const steps = options.count('steps', 4);
  const out = options.text('out') ?? 'forecast.nc';
  checkForecastPath(out);
  const activations = parseActivations(options.text('activations'));
  const checkpoint = await loadCheckpoint(checkpointPath);
  const { task, modelConfig: config } = checkpoint;
  const dataset = await openData(options);
  checkFits(checkpoint, checkpointPath, dataset);
  const channels = channelLayout(task);
  const reader = new WindowReader(dataset, task, channels);
  const firstFrame = initialFrame(dataset, reader, options.text('time'));
  const { statistics } = await loadStatistics(options.text('stats'), dataPath, dataset, task);
  const gpu = await openGpu();
  const model = await createModel(gpu, {
    config,
    task,
    grid: dataset,
    statistics,
    activations,
    memoryBudget: memoryBudget(gpu, options.text('memory')),
    variant: variantOption(gpu, options.text('variant')),
  });
  try {
    model.writeParameters(parametersOf(checkpoint));
    const window = await reader.readInitial(firstFrame, steps);
    const initial = window.state.subarray(window.state.length / 2);
    const means = new SpatialMeans(dataset);
    const units = (variable: string) =>
      dataset.variables.get(variable)?.units || VARIABLES.get(variable)?.units || '';
    const { latitudes, longitudes } = dataset;
    const { initialTime } = window;
    const levels = task.pressureLevels;
    const output = beginForecast(out, { latitudes, longitudes, levels, initialTime, layout: channels });
    const leadHours: number[] = [];
    const scores: LeadScore[] = [];
    const progress = new Progress(steps, 'steps');
    for await (const frame of rollout(model, new Executor(gpu), window, steps)) {
      leadHours.push(frame.leadHours);
      await output.write(frame.leadHours, frame.state);
      const truth = reader.frameAtTime(frame.validTime);
      const trueState = truth === undefined ? undefined : await reader.truth(truth);
      if (trueState) {
        const compared = { forecast: frame.state, truth: trueState, initial };
        scores.push(scoreLead(channels, means, frame.leadHours, compared, units));
      }
      progress.show(frame.step);
    }
    await output.finish();
    report(options.flag('json'), out, initialTime, leadHours, scores);
  } finally {
    model.destroy();
    dataset.close();
    gpu.close();
  }
}

/** The frame 6 h before the initial time. */
function initialFrame(dataset: Dataset, reader: WindowReader, time: string | undefined): number {
  if (time === undefined) return reader.requireWindows(0).at(-1)!;
  const seconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`) / 1000;
  if (!Number.isFinite(seconds))
    throw new UsageError(`--time is '${time}', expected a time such as 2024-06-03T06:00Z.`);
  const frame = reader.frameAtTime(seconds);
  const before = reader.frameAtTime(seconds - FRAME_SECONDS);
  if (frame === undefined || before === undefined) {
    const { times, name } = dataset;
    throw new DatasetError(
      `${name}: a forecast from ${formatTime(seconds)} needs frames at that time and 6 h before; the file has ${times.length} frames from ${formatTime(times[0])} to ${formatTime(times[times.length - 1])}.`,
    );
  }
  return before;
}

function report(
  json: boolean,
  out: string,
  initialTime: number,
  leadHours: number[],
  scores: LeadScore[],
): void {
  if (json) {
    console.log(
      JSON.stringify({ out, initial_time: formatTime(initialTime), lead_hours: leadHours, scores }),
    );
    return;
  }
  console.log(
    `${out}: ${leadHours.length} frame${leadHours.length === 1 ? '' : 's'} to +${leadHours.at(-1)} h from ${formatTime(initialTime)}`,
  );
  for (const score of scores) console.log(`\n${scoreTable(score)}`);
}
