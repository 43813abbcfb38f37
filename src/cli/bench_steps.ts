import { variantFor } from '../../shaders/variant_table';
import { DeviceError } from '../errors';
import { createModel, type ModelRequest } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { trainingTerms } from '../training/loss_weights';
import { Optimizer } from '../training/optimizer';
import { RolloutLoss } from '../training/rollout_loss';
import { OPTIMIZER } from '../training/run_config';
import { channelLayout } from '../weather/channels';
import type { AdapterRates } from '../webgpu/adapter_rates';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { noise } from '../webgpu/noise';
import type { Ready } from '../webgpu/plan';
import { profile } from '../webgpu/profile';
import { type KernelRate, kernelRates } from '../webgpu/roofline';
import type { ElementType } from '../webgpu/tensor';
import { interleaved, Stopwatch, type Timing, timing } from '../webgpu/timing';
import { measureVariants } from '../webgpu/variant_times';
import type { KernelResult, StepResult, StepTiming } from './bench_result';
import type { PresetSetting } from './preset_setting';

/** The linear kernel that steps are compared with. */
const LINEAR = { kernel: 'linear', rows: 8192, inner: 512, columns: 512, element: 'float32' } as const;

export interface StepSettings {
  /** Timed runs at most. */
  runs: number;
  /** Time after which no further run of the same thing begins, s. */
  seconds: number;
  limits: AdapterRates;
  variant: ModelRequest['variant'];
  activations: ElementType | undefined;
  memoryBudget: number | undefined;
  /** That go through the network together. */
  windows: number;
}

/**
 * Measures whole steps of a preset with random fields and parameters: a forecast's and, where it fits, a training step.
 * @throws DeviceError when not even a forecast fits
 */
export async function measureSteps(gpu: Gpu, setting: PresetSetting, o: StepSettings): Promise<StepResult> {
  const statistics = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
  const { variant, activations = 'float32', memoryBudget, windows } = o;
  const request: ModelRequest = { ...setting, statistics, variant, activations, memoryBudget, windows };
  const training = trainingTerms(setting.grid, channelLayout(setting.task), false);
  const forecast = await withModel(gpu, request, (model) => forecastStep(model, o));
  try {
    const { step, ...rest } = await withModel(gpu, { ...request, training }, (model) =>
      trainingStep(model, o),
    );
    return { activations, windows, forecast: forecast.step, training: step, ...rest };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    gpu.expectHealthy();
    const refused = { refused: error.message };
    const { step, ...rest } = forecast;
    return { activations, windows, forecast: step, forward: refused, training: refused, ...rest };
  }
}

async function withModel<T>(
  gpu: Gpu,
  request: ModelRequest,
  measure: (model: Model) => Promise<T>,
): Promise<T> {
  const model = await createModel(gpu, request);
  try {
    const { config, channels } = model;
    const arrays = parameterArrays(config, channels.inputs.length, channels.state.length);
    model.writeParameters(initialiseParameters(arrays, 0));
    return await measure(model);
  } finally {
    model.destroy();
  }
}

async function forecastStep(model: Model, o: StepSettings) {
  const { plan } = model;
  writeInputs(model);
  const linearBefore = await linearRate(model, o);
  const executor = new Executor(model.gpu);
  await executor.run(plan.program('embed'));
  const commands = [...plan.program('forward'), ...plan.program('advance')];
  const time = await timed(executor, o, async () => {
    await executor.run(commands);
    await executor.run(model.shiftState());
  });
  const step = stepTiming(time, model.forwardFlops, model.bytes, o);
  return { step, ...(await surroundings(model, commands, linearBefore, o)) };
}

async function trainingStep(model: Model, o: StepSettings) {
  const { plan, forwardFlops } = model;
  const optimizer = await Optimizer.create(model, { config: OPTIMIZER });
  try {
    const executor = new Executor(model.gpu);
    const losses = new RolloutLoss(model, executor, 1);
    const window = writeInputs(model);
    const linearBefore = await linearRate(model, o);
    const forwardTime = await timed(executor, o, () => executor.run(plan.program('forward')));
    let update = 0;
    const time = await timed(executor, o, async () => {
      await losses.begin(1);
      await losses.add(window, 1, true);
      optimizer.writeSchedule(++update, 1e-4);
      await executor.run(optimizer.commands);
    });
    const bytes = model.bytes + optimizer.bytes;
    const forward = stepTiming(forwardTime, forwardFlops, bytes, o);
    const step = stepTiming(time, 3 * forwardFlops, bytes, o);
    const programs = ['forward', 'loss', 'backward'].flatMap((program) => plan.program(program));
    return {
      step,
      forward,
      ...(await surroundings(model, [...programs, ...optimizer.commands], linearBefore, o)),
    };
  } finally {
    optimizer.destroy();
  }
}

/** What belongs to a measured step: its kernels, and the linear kernel around it. */
async function surroundings(model: Model, commands: Ready[], linearBefore: number, o: StepSettings) {
  const { gpu, variants } = model;
  return {
    kernel_variant: variants,
    dispatches: commands.filter(({ kind }) => kind === 'dispatch').length,
    kernels: gpu.hasTimestamps ? await kernelResults(gpu, commands, o) : [],
    // Before and after, for machines whose speed drifts: the better one is what the step is held against.
    linear_flops_per_second: Math.max(linearBefore, await linearRate(model, o)),
  };
}

/** Where the time of a step goes: the medians of a few profiles. */
async function kernelResults(
  gpu: Gpu,
  commands: Ready[],
  { runs, seconds }: StepSettings,
): Promise<KernelResult[]> {
  const start = performance.now();
  const profiles: KernelRate[][] = [];
  do {
    profiles.push(kernelRates(await profile(gpu, commands)));
  } while (profiles.length < runs && performance.now() - start < seconds * 1000);
  const medians = profiles[0].map((rate) => {
    const same = profiles.map(
      (rates) => rates.find((r) => r.kernel === rate.kernel && r.variant === rate.variant)!,
    );
    const { seconds: median, spread, samples } = timing(same.map((r) => r.seconds));
    return { ...rate, seconds: median, spread: samples > 1 ? spread : undefined };
  });
  return medians.sort((a, b) => b.seconds - a.seconds);
}

/** Random fields in all inputs; also as a window of two input frames and the target. */
function writeInputs(model: Model) {
  const { channels, gridNodes } = model;
  const [state, forcings, statics] = [channels.state, channels.forcings, channels.statics].map(
    ({ length }) => length * gridNodes,
  );
  const window = {
    initialTime: 0,
    state: noise(3 * state),
    forcings: noise(3 * forcings),
    statics: noise(statics),
  };
  model.writeStatics(window.statics);
  model.writeForcings(window.forcings);
  model.writeState('previous', window.state.subarray(0, state));
  model.writeState('last', window.state.subarray(state, 2 * state));
  return window;
}

function stepTiming(time: Timing, useful: number, bytes: number, { limits }: StepSettings): StepTiming {
  const rate = useful / time.seconds;
  return {
    ...time,
    useful_flops: useful,
    useful_flops_per_second: rate,
    share_of_limit: rate / limits.flopsPerSecond,
    gpu_bytes: bytes,
  };
}

/** Times work by the clock until it is done on the GPU. */
async function timed(
  executor: Executor,
  { runs, seconds }: StepSettings,
  work: () => Promise<void>,
): Promise<Timing> {
  const once = async () => {
    const start = performance.now();
    await work();
    await executor.finish();
    return (performance.now() - start) / 1000;
  };
  const [time] = await interleaved([once], runs, seconds);
  return time;
}

/** Rate of the linear kernel as the model would take it. */
async function linearRate({ gpu, variants }: Model, o: StepSettings): Promise<number> {
  const watch = new Stopwatch(gpu);
  try {
    const variant = variantFor(gpu.adapter, variants, LINEAR);
    const limits = { turns: o.runs, seconds: o.seconds };
    const { flops, times } = await measureVariants(
      gpu,
      watch,
      LINEAR,
      { usual: variant, candidates: [variant] },
      limits,
    );
    return flops / times.get(variant)!.least;
  } finally {
    watch.destroy();
  }
}
