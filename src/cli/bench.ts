import { measureRates } from '../webgpu/adapter_rates';
import { compareResults, comparisonText } from './bench_compare';
import { endurance } from './bench_endurance';
import { limitsText, shapeText, stepText } from './bench_report';
import { type BenchResult, readResult, resultHeader, type ShapeResult } from './bench_result';
import { measureSteps } from './bench_steps';
import { measureShapes, parseShapes, presetShapes, tableOf } from './bench_variants';
import { ACTIVATIONS_OPTION, openGpu, parseActivations, parseSize } from './inputs';
import { parseOptions, UsageError } from './options';
import { presetSetting } from './preset_setting';
import { VARIANT_OPTION, variantOption } from './variant_option';

/** Measured when none is named; the others are too small to mean much, or take minutes on a software adapter. */
const USUAL = ['mini', 'midi'];
/** Rows that shapes are cut to where the CPU plays the GPU and nothing else is asked for. */
const SOFTWARE_ROWS = 2048;

const COMMAND = {
  usage:
    'bench [--preset P] [--variants] [OPTIONS]\n       graphcast bench --compare A.json B.json [--json]\n       graphcast bench --endurance [--preset P] [--updates N] [--json]',
  summary:
    "Measures the adapter's limits and whole steps kernel by kernel; with --variants every way to multiply matrices at the preset's shapes.\n--compare tells two results of --json apart. Presets are measured on a grid with poles, with their task or TASK_13's variables.",
  options: {
    preset: { value: 'P', help: 'whose steps and shapes', default: USUAL.join(' and ') },
    variants: {
      help: 'every supported variant of the matrix kernels at each shape; steps then take the fastest',
    },
    shape: { value: 'RxKxN', help: 'only the variants at this shape, or at several with commas between' },
    rows: {
      value: 'N',
      help: 'cut shapes to so many rows',
      default: `none on a GPU, ${SOFTWARE_ROWS} where the CPU plays it`,
    },
    windows: { value: 'N', help: 'windows that a step takes at once', default: '1' },
    runs: { value: 'N', help: 'timed runs of each at most, medians count', default: '5' },
    seconds: { value: 'N', help: 'time after which nothing is run once more', default: '20' },
    activations: ACTIVATIONS_OPTION,
    variant: VARIANT_OPTION,
    memory: { value: '8GB', help: 'GPU memory to use at most', default: 'what 2 GiB for a step need' },
    json: { help: 'print one JSON object' },
  },
} as const;

const COMPARE = {
  usage: 'bench --compare A.json B.json [--json]',
  summary: 'Compares two results of graphcast bench --json.',
  positionals: ['A.json', 'B.json'],
  options: {
    compare: { help: 'compare' },
    json: { help: 'print one JSON object' },
  },
};

export async function run(args: string[]): Promise<void> {
  if (args.includes('--compare')) return compare(args);
  if (args.includes('--endurance')) return endurance(args);
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const only = options.text('preset');
  const presets = new Map((only === undefined ? USUAL : [only]).map((name) => [name, presetSetting(name)]));
  const activations = parseActivations(options.text('activations'));
  const shape = options.text('shape');
  if (shape !== undefined && only !== undefined)
    throw new UsageError('--preset and --shape exclude each other.');
  const given = shape === undefined ? undefined : parseShapes(shape, activations ?? 'float32');
  const limitsOf = { runs: options.count('runs', 5), seconds: options.count('seconds', 20) };
  const memory = options.text('memory');
  const memoryBudget = memory === undefined ? undefined : parseSize('memory', memory);
  const gpu = await openGpu();
  const asked = variantOption(gpu, options.text('variant'));
  const say = options.flag('json') ? () => undefined : console.log;
  try {
    const limits = await measureRates(gpu, limitsOf.runs);
    say(limitsText(limits));
    const result: BenchResult = { ...resultHeader(gpu), limits, shapes: [], steps: {} };
    const mostRows = options.count('rows', gpu.adapter.isSoftware ? SOFTWARE_ROWS : Number.MAX_SAFE_INTEGER);
    const onShape = (found: ShapeResult) => say(shapeText(found, limits));
    if (given) result.shapes = await measureShapes(gpu, given, { ...limitsOf, mostRows, onShape });
    for (const [name, setting] of given ? [] : presets) {
      let variant = asked;
      if (options.flag('variants')) {
        const shapes = presetShapes(gpu, setting, activations ?? 'float32');
        const found = await measureShapes(gpu, shapes, { ...limitsOf, mostRows, onShape });
        result.shapes.push(...found);
        if (options.text('variant') === undefined) variant = tableOf(gpu, found);
      }
      const steps = await measureSteps(gpu, setting, {
        ...limitsOf,
        limits,
        variant,
        activations,
        memoryBudget,
        windows: options.count('windows', 1),
      });
      result.steps[name] = steps;
      say(stepText(name, steps, limits));
    }
    if (options.flag('json')) console.log(JSON.stringify(result));
  } finally {
    gpu.close();
  }
}

async function compare(args: string[]): Promise<void> {
  const options = parseOptions(COMPARE, args);
  if (!options) return;
  const [a, b] = await Promise.all(options.positionals.map(readResult));
  const rows = compareResults(a, b);
  console.log(options.flag('json') ? JSON.stringify(rows) : comparisonText(a, b, rows));
}
