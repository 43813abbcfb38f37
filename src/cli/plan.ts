import { PRESETS } from '../graphcast/config';
import { type MemoryOutcome, type MemoryRequest, memoryOutcome } from '../training/memory_plan';
import { recomputed } from '../training/memory_plan_words';
import { formatBytes } from '../webgpu/bytes_in_words';
import { installGlobals } from '../webgpu/dawn';
import { GUARANTEED_LIMITS } from '../webgpu/paper_gpu';
import { ELEMENT_TYPES } from '../webgpu/tensor';
import { ACTIVATIONS_OPTION, MEMORY_OPTION, parseActivations, parseSize } from './inputs';
import { parseOptions } from './options';
import { type PresetSetting, presetSetting } from './preset_setting';

const COMMAND = {
  usage: 'plan [--preset P] [--ar-steps N] [--windows N] [--activations TYPE] [--memory 8GB] [--json]',
  summary:
    "Says what a model takes on a GPU, before anything is allocated: to forecast, and to train.\nA grid with poles at the preset's spacing, the preset's task or TASK_13.",
  options: {
    preset: { value: 'P', help: 'one of the presets', default: 'all' },
    'ar-steps': { value: 'N', help: 'autoregressive steps of training', default: '1' },
    windows: { value: 'N', help: 'windows that training takes at once', default: '1' },
    activations: { ...ACTIVATIONS_OPTION, default: 'both' },
    memory: { ...MEMORY_OPTION, default: 'none: what 2 GiB for a step need' },
    json: { help: 'print one JSON object' },
  },
} as const;

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const only = options.text('preset');
  const names = only === undefined ? Object.keys(PRESETS) : [only];
  const settings = new Map(names.map((name) => [name, presetSetting(name)]));
  const memory = options.text('memory');
  const budget = memory === undefined ? undefined : parseSize('memory', memory);
  const arSteps = options.count('ar-steps', 1);
  const windows = options.count('windows', 1);
  const onlyType = parseActivations(options.text('activations'));
  await installGlobals();
  const found: Record<string, Record<string, { forecast: MemoryOutcome; training: MemoryOutcome }>> = {};
  for (const [name, setting] of settings) {
    if (!options.flag('json')) console.log(`\n${name}: ${PRESETS[name].description}`);
    found[name] = {};
    for (const activations of onlyType === undefined ? ELEMENT_TYPES : [onlyType]) {
      const request = { ...requestOf(setting), activations, budget };
      const outcomes = {
        forecast: memoryOutcome({ ...request, arSteps: 0 }),
        training: memoryOutcome({ ...request, arSteps, windows }),
      };
      found[name][activations] = outcomes;
      if (options.flag('json')) continue;
      const steps = `${arSteps} autoregressive step${arSteps === 1 ? '' : 's'}`;
      const atOnce = windows === 1 ? '' : `${windows} windows at once, `;
      printOutcome(`forecast, ${activations}`, outcomes.forecast);
      printOutcome(`training, ${steps}, ${atOnce}${activations}`, outcomes.training);
    }
  }
  if (options.flag('json')) console.log(JSON.stringify(found));
}

function requestOf({ config: model, ...setting }: PresetSetting): Omit<MemoryRequest, 'arSteps' | 'budget'> {
  // What every adapter guarantees decides how work is cut; buffers are only measured.
  return { model, ...setting, limits: { ...GUARANTEED_LIMITS, maxBufferSize: Number.POSITIVE_INFINITY } };
}

function printOutcome(what: string, plan: MemoryOutcome): void {
  if ('refused' in plan) {
    console.log(`  ${what}: ${plan.refused}`);
    return;
  }
  const { total, parts, policy, smallest, forwardFlops, widestBinding, largestBuffer } = plan;
  console.log(`  ${what}: ${formatBytes(total)}, forward ${(forwardFlops / 1e9).toPrecision(3)} GFLOP`);
  for (const [part, bytes] of Object.entries(parts))
    console.log(`    ${part.padEnd(30)} ${formatBytes(bytes).padStart(9)}`);
  if (policy) console.log(`    computed again: ${recomputed(policy)}`);
  if (smallest) console.log(`    smallest budget: ${formatBytes(smallest)}`);
  const { maxBinding, maxBufferSize } = GUARANTEED_LIMITS;
  if (widestBinding > maxBinding || largestBuffer > maxBufferSize) {
    console.log(
      `    needs bindings of ${formatBytes(widestBinding)} and buffers of ${formatBytes(largestBuffer)}; WebGPU guarantees ${formatBytes(maxBinding)} and ${formatBytes(maxBufferSize)}`,
    );
  }
}
