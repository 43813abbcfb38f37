import { PRESETS } from '../graphcast/config';
import { type MemoryOutcome, type MemoryRequest, memoryOutcome } from '../training/memory_plan';
import { formatBytes, recomputed } from '../training/memory_plan_words';
import { TASKS } from '../weather/task';
import { installGlobals } from '../webgpu/dawn';
import { GUARANTEED_LIMITS } from '../webgpu/paper_gpu';
import { MEMORY_OPTION, parseMemory } from './inputs';
import { parseOptions, UsageError } from './options';

/** Grid spacing of the presets that do not name one, degrees. */
const SPACING: Record<string, number> = { tiny: 10, mini: 6, midi: 4 };

const COMMAND = {
  usage: 'plan [--preset P] [--ar-steps N] [--memory 8GB] [--json]',
  summary:
    "Says what a model takes on a GPU, before anything is allocated: to forecast, and to train with batch 1.\nA grid with poles at the preset's spacing, the preset's task or TASK_13.",
  options: {
    preset: { value: 'P', help: 'one of the presets', default: 'all' },
    'ar-steps': { value: 'N', help: 'autoregressive steps of training', default: '1' },
    memory: { ...MEMORY_OPTION, default: 'none: what 2 GiB for a step need' },
    json: { help: 'print one JSON object' },
  },
} as const;

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const only = options.text('preset');
  if (only !== undefined && !Object.hasOwn(PRESETS, only)) {
    throw new UsageError(`--preset is '${only}', expected one of ${Object.keys(PRESETS).join(', ')}.`);
  }
  const memory = options.text('memory');
  const budget = memory === undefined ? undefined : parseMemory(memory);
  const arSteps = options.count('ar-steps', 1);
  await installGlobals();
  const found: Record<string, { forecast: MemoryOutcome; training: MemoryOutcome }> = {};
  for (const name of only === undefined ? Object.keys(PRESETS) : [only]) {
    const request = requestOf(name);
    found[name] = {
      forecast: memoryOutcome({ ...request, arSteps: 0, budget }),
      training: memoryOutcome({ ...request, arSteps, budget }),
    };
    if (!options.flag('json')) print(name, found[name], arSteps);
  }
  if (options.flag('json')) console.log(JSON.stringify(found));
}

function requestOf(name: string): Omit<MemoryRequest, 'arSteps' | 'budget'> {
  const { model, task } = PRESETS[name];
  const spacing = SPACING[name] ?? model.resolution;
  return {
    model,
    task: TASKS[(task ?? 'TASK_13') as keyof typeof TASKS],
    grid: {
      latitudes: Float32Array.from({ length: 180 / spacing + 1 }, (_, i) => -90 + i * spacing),
      longitudes: Float32Array.from({ length: 360 / spacing }, (_, i) => i * spacing),
    },
    // What every adapter guarantees decides how work is cut; buffers are only measured.
    limits: { ...GUARANTEED_LIMITS, maxBufferSize: Number.POSITIVE_INFINITY },
  };
}

function print(
  name: string,
  { forecast, training }: { forecast: MemoryOutcome; training: MemoryOutcome },
  arSteps: number,
): void {
  console.log(`\n${name}: ${PRESETS[name].description}`);
  printOutcome('forecast', forecast);
  printOutcome(`training, ${arSteps} autoregressive step${arSteps === 1 ? '' : 's'}`, training);
}

function printOutcome(what: string, plan: MemoryOutcome): void {
  if ('refused' in plan) {
    console.log(`  ${what}: ${plan.refused}`);
    return;
  }
  const { total, parts, policy, forwardFlops, widestBinding, largestBuffer } = plan;
  console.log(`  ${what}: ${formatBytes(total)}, forward ${(forwardFlops / 1e9).toPrecision(3)} GFLOP`);
  for (const [part, bytes] of Object.entries(parts))
    console.log(`    ${part.padEnd(30)} ${formatBytes(bytes).padStart(9)}`);
  if (policy) console.log(`    computed again: ${recomputed(policy)}`);
  const { maxBinding, maxBufferSize } = GUARANTEED_LIMITS;
  if (widestBinding > maxBinding || largestBuffer > maxBufferSize) {
    console.log(
      `    needs bindings of ${formatBytes(widestBinding)} and buffers of ${formatBytes(largestBuffer)}; WebGPU guarantees ${formatBytes(maxBinding)} and ${formatBytes(maxBufferSize)}`,
    );
  }
}
