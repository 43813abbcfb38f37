import { copy, multiplyAdd } from '../../shaders/adapter_limits/adapter_limits';
import { linear } from '../../shaders/linear/linear';
import { defaultVariant } from '../../shaders/linear/variant';
import { PRESETS } from '../graphcast/config';
import { createModel } from '../graphcast/create_model';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { trainingTerms } from '../training/loss_weights';
import { Optimizer } from '../training/optimizer';
import { RolloutLoss } from '../training/rollout_loss';
import { OPTIMIZER } from '../training/run_config';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import type { Dispatch } from '../webgpu/kernel';
import { Memory } from '../webgpu/memory';
import { PlanBuilder } from '../webgpu/plan';
import { profile } from '../webgpu/profile';
import { matrix, type Tensor } from '../webgpu/tensor';
import { openGpu } from './inputs';
import { parseOptions, UsageError } from './options';

/** Grid spacing, degrees, at which a preset's training step is measured, with TASK_13's variables. */
const SPACING: Record<string, number> = { tiny: 10, mini: 6, midi: 4, graphcast_small: 1 };
/** Measured when none is named; the others are too small to mean much, or take minutes on a software adapter. */
const USUAL = ['mini', 'midi'];

const COMMAND = {
  usage: 'bench [--preset P] [--runs N] [--json]',
  summary: `Measures the adapter's limits, the linear kernel, and whole training steps kernel by kernel.\nPresets, with TASK_13's variables on a grid with poles: ${Object.entries(
    SPACING,
  )
    .map(([name, spacing]) => `${name} (${spacing} degree)`)
    .join(', ')}.`,
  options: {
    preset: { value: 'P', help: "only this preset's training step", default: USUAL.join(' and ') },
    runs: { value: 'N', help: 'timed runs of each; the least counts', default: '5' },
    json: { help: 'print one JSON object' },
  },
} as const;

/** Rows of the linear kernel that everything is compared with. */
const LINEAR = { rows: 8192, k: 512, n: 512 };

interface Rate {
  seconds: number;
  flops: number;
  bytes: number;
}

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const only = options.text('preset');
  if (only !== undefined && !(only in SPACING)) {
    throw new UsageError(`--preset is '${only}', expected one of ${Object.keys(SPACING).join(', ')}.`);
  }
  const runs = options.count('runs', 5);
  const gpu = await openGpu();
  const say = options.flag('json') ? () => undefined : console.log;
  try {
    const limits = await measureLimits(gpu, runs);
    say(`multiply-adds  ${giga(limits.flopsPerSecond)} GFLOP/s`);
    say(`copy           ${giga(limits.bytesPerSecond)} GB/s, read and written`);
    const steps: Record<string, StepResult> = {};
    for (const name of only === undefined ? USUAL : [only]) {
      steps[name] = await measureStep(gpu, name, runs);
      printStep(say, name, steps[name], limits);
    }
    const { adapter } = gpu;
    if (options.flag('json')) console.log(JSON.stringify({ adapter, limits, linear: LINEAR, steps }));
  } finally {
    gpu.close();
  }
}

interface Limits {
  flopsPerSecond: number;
  bytesPerSecond: number;
}

async function measureLimits(gpu: Gpu, runs: number): Promise<Limits> {
  const small = matrix('result', 1 << 14, 4);
  const [x, y] = [matrix('source', 1 << 20, 4), matrix('target', 1 << 20, 4)];
  // Long enough to be measured on a fast adapter, short enough for a slow one.
  let rounds = 256;
  let best: Rate;
  do {
    rounds *= 4;
    best = await measure(gpu, [multiplyAdd({ y: small, rounds })], 1);
  } while (best.seconds < 0.02 && rounds < 1 << 20);
  best = await measure(gpu, [multiplyAdd({ y: small, rounds })], runs);
  const copied = await measure(gpu, [copy({ y, x })], runs);
  return { flopsPerSecond: best.flops / best.seconds, bytesPerSecond: copied.bytes / copied.seconds };
}

async function measureLinear(gpu: Gpu, runs: number): Promise<number> {
  const { rows, k, n } = LINEAR;
  const [x, w, y] = [matrix('x', rows, k), matrix('w', k, n), matrix('y', rows, n)];
  const { flops, seconds } = await measure(
    gpu,
    [linear({ y, x, w, variant: defaultVariant(gpu.adapter) })],
    runs,
  );
  return flops / seconds;
}

/** Least time of several runs of the same dispatches. */
async function measure(gpu: Gpu, dispatches: Dispatch[], runs: number): Promise<Rate> {
  const memory = new Memory(gpu);
  const tensors = new Set<Tensor>(
    dispatches.flatMap((d) => Object.values(d.tensors).filter((t) => t !== undefined)),
  );
  memory.add(...tensors);
  for (const tensor of tensors) memory.write(tensor, noise(tensor.rows * tensor.width));
  const builder = new PlanBuilder(gpu.maxBinding);
  builder.program('measured');
  builder.add(...dispatches);
  const plan = await builder.build(gpu, memory);
  try {
    const seconds = await leastTime(gpu, runs, (executor) => executor.run(plan.program('measured')));
    const sum = (of: (d: Dispatch) => number) => dispatches.reduce((total, d) => total + of(d), 0);
    return { seconds, flops: sum((d) => d.flops), bytes: sum((d) => d.bytes) };
  } finally {
    plan.destroy();
    memory.destroy();
  }
}

async function leastTime(
  gpu: Gpu,
  runs: number,
  work: (executor: Executor) => Promise<void>,
): Promise<number> {
  const executor = new Executor(gpu);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await work(executor);
    await executor.finish();
    if (i > 0) least = Math.min(least, (performance.now() - start) / 1000); // the first run warms up
  }
  return least;
}

interface KernelResult extends Rate {
  kernel: string;
  dispatches: number;
}

interface StepResult {
  forward_seconds: number;
  step_seconds: number;
  /** Forward matrix products, first edge layer split (spec 5.4); a training step counts three times that. */
  forward_flops: number;
  useful_flops_per_second: number;
  /** At 8192 x 512 x 512, measured around the step. */
  linear_flops_per_second: number;
  /** Useful rate by the linear kernel's. */
  share_of_linear: number;
  gpu_bytes: number;
  dispatches: number;
  kernels: KernelResult[];
}

async function measureStep(gpu: Gpu, name: string, runs: number): Promise<StepResult> {
  const spacing = SPACING[name];
  const config = PRESETS[name].model;
  const task = TASKS.TASK_13;
  const channels = channelLayout(task);
  const latitudes = Float32Array.from({ length: 180 / spacing + 1 }, (_, i) => -90 + i * spacing);
  const longitudes = Float32Array.from({ length: 360 / spacing }, (_, i) => i * spacing);
  const grid = { latitudes, longitudes };
  const unit = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
  const training = trainingTerms(grid, channels, false);
  const model = await createModel(gpu, { config, task, grid, statistics: unit, training });
  const optimizer = await Optimizer.create(model, OPTIMIZER);
  try {
    model.writeParameters(
      initialiseParameters(parameterArrays(config, channels.inputs.length, channels.state.length), 0),
    );
    const nodes = model.gridNodes;
    const window = {
      initialTime: 0,
      state: noise(3 * channels.state.length * nodes),
      forcings: noise(3 * channels.forcings.length * nodes),
      statics: noise(channels.statics.length * nodes),
    };
    // Before and after the step, for machines whose speed drifts: the better one is what the step is held against.
    const linearBefore = await measureLinear(gpu, runs);
    const forward = await leastTime(gpu, runs, (executor) => executor.run(model.plan.program('forward')));
    const losses = new RolloutLoss(model, new Executor(gpu), 1);
    let update = 0;
    const step = await leastTime(gpu, runs, async (executor) => {
      await losses.begin(1);
      await losses.add(window, 1, true);
      optimizer.writeSchedule(++update, 1e-4);
      await executor.run(optimizer.commands);
    });
    const commands = [
      ...['forward', 'loss', 'backward'].flatMap((program) => model.plan.program(program)),
      ...optimizer.commands,
    ];
    const linearRate = Math.max(linearBefore, await measureLinear(gpu, runs));
    const useful = (3 * model.forwardFlops) / step;
    return {
      forward_seconds: forward,
      step_seconds: step,
      forward_flops: model.forwardFlops,
      useful_flops_per_second: useful,
      linear_flops_per_second: linearRate,
      share_of_linear: useful / linearRate,
      gpu_bytes: model.bytes + optimizer.bytes,
      dispatches: commands.length,
      kernels: gpu.hasTimestamps ? byKernel(await profile(gpu, commands)) : [],
    };
  } finally {
    optimizer.destroy();
    model.destroy();
  }
}

/** Adds up times by kernel and width, the slowest first. */
function byKernel(times: { dispatch: Dispatch; seconds: number }[]): KernelResult[] {
  const groups = new Map<string, KernelResult>();
  for (const { dispatch, seconds } of times) {
    const { kernel, tensors, flops, bytes } = dispatch;
    const [first] = Object.values(tensors).filter((t) => t !== undefined);
    const key = `${kernel.name} ${first.rows} x ${first.width}`;
    const group = groups.get(key) ?? { kernel: key, dispatches: 0, seconds: 0, flops: 0, bytes: 0 };
    group.dispatches++;
    group.seconds += seconds;
    group.flops += flops;
    group.bytes += bytes;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.seconds - a.seconds);
}

function printStep(say: (line: string) => void, name: string, step: StepResult, limits: Limits): void {
  say(
    `\n${name}: forward ${(step.forward_seconds * 1e3).toFixed(1)} ms, training step ${(step.step_seconds * 1e3).toFixed(1)} ms`,
  );
  say(
    `  useful ${giga(step.useful_flops_per_second)} GFLOP/s, ${percent(step.share_of_linear)} of the linear kernel's ${giga(step.linear_flops_per_second)}; ${step.dispatches} dispatches; ${(step.gpu_bytes / 2 ** 20).toFixed(0)} MiB`,
  );
  const total = step.kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  for (const { kernel, dispatches, seconds, flops, bytes } of step.kernels.slice(0, 30)) {
    const columns = [
      `${(seconds * 1e3).toFixed(2)} ms`.padStart(11),
      percent(seconds / total).padStart(6),
      `${giga(flops / seconds)} GFLOP/s`.padStart(16),
      percent(flops / seconds / limits.flopsPerSecond).padStart(6),
      `${giga(bytes / seconds)} GB/s`.padStart(12),
      percent(bytes / seconds / limits.bytesPerSecond).padStart(6),
    ];
    say(`  ${kernel.padEnd(44)} ${String(dispatches).padStart(4)} ${columns.join(' ')}`);
  }
}

const giga = (value: number) => (value / 1e9).toPrecision(3);
const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

/** Repeatable numbers between -1 and 1: zeros would hide slow denormals and fast paths. */
function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}
