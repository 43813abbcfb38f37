import { checkFits, parametersOf } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import { writeNpz } from '../graphcast/npz';
import { channelWeights, trainingTerms } from '../training/loss_weights';
import { lossFromSums, RolloutLoss } from '../training/rollout_loss';
import { channelLayout } from '../weather/channels';
import { WindowReader } from '../weather/windows';
import { Executor } from '../webgpu/execute';
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
  requireUniformGrid,
} from './inputs';
import { parseOptions } from './options';
import { checkWritable, writeWhole } from './outputs';
import { VARIANT_OPTION, variantOption } from './variant_option';

const COMMAND = {
  usage: 'loss --checkpoint C --data D [OPTIONS]',
  summary: 'Loss of a checkpoint on the last N + 2 frames of a file, as the reference computes it.',
  options: {
    checkpoint: { value: 'C.npz', help: 'checkpoint', required: true },
    ...DATA_OPTIONS,
    stats: {
      value: 'DIR',
      help: 'folder of the three statistics files',
      default: '`stats` beside the data, else computed',
    },
    steps: { value: 'N', help: 'autoregressive steps of 6 h', default: '1' },
    gradients: { value: 'G.npz', help: 'write the gradient of every parameter array there' },
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
  const steps = options.count('steps', 1);
  const gradientsPath = options.text('gradients');
  if (gradientsPath) checkWritable(gradientsPath, '--gradients');
  const activations = parseActivations(options.text('activations'));
  const checkpoint = await loadCheckpoint(checkpointPath);
  const { task, modelConfig: config } = checkpoint;
  const dataset = await openData(options);
  requireUniformGrid(dataset);
  checkFits(checkpoint, checkpointPath, dataset);
  const { statistics } = await loadStatistics(options.text('stats'), dataPath, dataset, task);
  const gpu = await openGpu();
  const executor = new Executor(gpu);
  const channels = channelLayout(task);
  const reader = new WindowReader(dataset, task, channels);
  const firstFrame = reader.requireWindows(steps).at(-1)!;
  const window = await reader.read(firstFrame, steps);
  const training = trainingTerms(dataset, channels, steps > 1);
  const model = await createModel(gpu, {
    config,
    task,
    grid: dataset,
    statistics,
    training,
    activations,
    memoryBudget: memoryBudget(gpu, options.text('memory')),
    variant: variantOption(gpu, options.text('variant')),
  });
  try {
    model.writeParameters(parametersOf(checkpoint));
    const loss = new RolloutLoss(model, executor, steps);
    await loss.begin(steps);
    await loss.add(window, steps, true);
    const sums = await model.memory.read(model.sums);
    const result = lossFromSums(sums, channels, channelWeights(channels), model.gridNodes, steps);
    const gradients = await model.readGradients();
    if (gradientsPath) {
      const arrays = new Map(
        [...gradients].map(([name, data]) => [name, { shape: checkpoint.parameters.get(name)!.shape, data }]),
      );
      await writeWhole(gradientsPath, writeNpz(arrays), '--gradients');
    }
    let squares = 0;
    for (const values of gradients.values()) for (const value of values) squares += value * value;
    const report = {
      loss: result.loss,
      gradient_global_norm: Math.sqrt(squares),
      steps,
      initial_time: formatTime(window.initialTime),
      loss_by_variable: result.lossByVariable,
    };
    if (options.flag('json')) console.log(JSON.stringify(report));
    else {
      console.log(
        `loss ${report.loss.toPrecision(5)} over ${steps} step${steps === 1 ? '' : 's'} from ${report.initial_time}`,
      );
      console.log(`gradient norm ${report.gradient_global_norm.toPrecision(5)}`);
      for (const [name, value] of Object.entries(report.loss_by_variable))
        console.log(`  ${name.padEnd(28)} ${value.toPrecision(5)}`);
    }
  } finally {
    model.destroy();
    dataset.close();
    gpu.close();
  }
}
