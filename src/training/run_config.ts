import { LINEAR_VARIANTS } from '../../shaders/linear/variant';
import { isKernelVariants, type KernelVariants } from '../../shaders/variant_table';
import { ConfigError } from '../errors';
import { type ModelConfig, PRESETS, validateModelConfig } from '../graphcast/config';
import { PARTS, type Part } from '../graphcast/parameters';
import { type Periods, parsePeriods } from '../weather/periods';
import { TASKS, type Task, validateTask } from '../weather/task';
import { ELEMENT_TYPES, type ElementType } from '../webgpu/tensor';
import { BAD_UPDATE_POLICIES, type BadUpdatePolicy } from './bad_update_policy';
import { variableWeights } from './loss_weights';
import { SAMPLINGS, type Sampling } from './sampler';

/** How the learning rate moves over the updates of one phase. */
export type LearningRate =
  | { shape: 'linear' | 'cosine'; from: number; to: number }
  | { shape: 'constant'; value: number };

/** A stretch of updates with one rule (spec 11). */
export interface Phase {
  updates: number;
  learning_rate: LearningRate;
  /** A range grows by one in equal shares of the phase. */
  ar_steps: number | { from: number; to: number };
  /** Absent: the run's. */
  batch_size?: number;
  /** Absent: the run's. */
  activations?: ElementType;
  /** Weights of variables in the loss that is learnt from; absent: the run's, which validation goes by at all times. */
  variable_weights?: Record<string, number>;
}

/** AdamW and clipping (spec 11). */
export interface OptimizerConfig {
  b1: number;
  b2: number;
  eps: number;
  weight_decay: number;
  clip_norm: number;
}

/** A training run, as its folder's `config.json` holds it, in GraphCast's spelling. */
export interface RunConfig {
  /** The variables; absent in a file: every variable and level the data holds, or the checkpoint's own. */
  task: Task;
  model: ModelConfig;
  optimizer: OptimizerConfig;
  phases: Phase[];
  /** Windows per update, where its phase does not say. */
  batch_size: number;
  /**
   * Most windows of a batch that go through the network together, where their number divides the batch; the others
   * follow, and gradients add up. Absent: one after the other. See `chooseWindowsAtOnce`.
   */
  windows_at_once?: number;
  seed: number;
  /** Which dates serve training, validation and tests; absent: all data are for training. */
  periods?: Periods;
  /** How the windows of the training period are drawn. */
  sampling: Sampling;
  /** Parts of the network that stay as they are, for fine-tuning. */
  freeze: Part[];
  /** Weights of variables in the loss, in place of the reference's (spec 8). */
  variable_weights?: Record<string, number>;
  /** Keeps a moving average of the parameters beside them, with this decay at every update (0.999, say). */
  ema_decay?: number;
  /** How activations are stored, where a phase does not say; everything that is summed, learnt or compared is float32 in any case. */
  activations: ElementType;
  /**
   * Variant of the matrix kernels, one for all or by shape, so that a resumed run keeps its bits; absent: what is good
   * for the adapter.
   */
  kernel_variant?: KernelVariants;
  /** What becomes of an update whose loss or gradient is not finite. */
  on_bad_update: BadUpdatePolicy;
  /** Updates between validations, so that a resumed run has them where it would have had them; absent: the program's. */
  validate_every?: number;
  /** Updates between checkpoints on the command line, which writes down its own; the page saves by the clock. */
  save_every?: number;
}

/** The paper's optimiser. */
export const OPTIMIZER: OptimizerConfig = { b1: 0.9, b2: 0.95, eps: 1e-8, weight_decay: 0.1, clip_norm: 32 };

/** The paper's largest learning rate. */
export const PEAK_LEARNING_RATE = 1e-3;

/** Warm-up from 0 over a twentieth of the updates (at most the paper's 1,000), then half a cosine to 0. */
export function warmUpCosine(updates: number, peak = PEAK_LEARNING_RATE): Phase[] {
  const warmUp = Math.min(1000, Math.ceil(updates / 20));
  const phases: Phase[] = [
    { updates: warmUp, learning_rate: { shape: 'linear', from: 0, to: peak }, ar_steps: 1 },
    { updates: updates - warmUp, learning_rate: { shape: 'cosine', from: peak, to: 0 }, ar_steps: 1 },
  ];
  return phases.filter((phase) => phase.updates > 0);
}

/** What a file or a command line gives; everything may be left out. */
export interface PartialRunConfig {
  task?: string | Task;
  model?: Partial<ModelConfig>;
  optimizer?: Partial<OptimizerConfig>;
  phases?: Phase[];
  batch_size?: number;
  windows_at_once?: number;
  seed?: number;
  periods?: Periods;
  sampling?: Sampling;
  activations?: ElementType;
  kernel_variant?: KernelVariants;
  freeze?: Part[];
  variable_weights?: Record<string, number>;
  ema_decay?: number;
  on_bad_update?: BadUpdatePolicy;
  validate_every?: number;
  save_every?: number;
}

/** What stands where a configuration says nothing. */
export interface RunDefaults {
  task: Task;
  model: ModelConfig;
  updates: number;
}

/** The network that a run gets when nothing names one. */
export const DEFAULT_PRESET = 'tiny';

export function presetModel(name: string): ModelConfig {
  const preset = PRESETS[name];
  if (!preset) {
    throw new ConfigError(
      `There is no preset '${name}'; the presets are ${Object.keys(PRESETS).join(', ')}.`,
    );
  }
  return preset.model;
}

const FIELDS = {
  run: [
    'task',
    'model',
    'optimizer',
    'phases',
    'batch_size',
    'windows_at_once',
    'seed',
    'periods',
    'sampling',
    'freeze',
    'variable_weights',
    'ema_decay',
    'activations',
    'kernel_variant',
    'on_bad_update',
    'validate_every',
    'save_every',
  ],
  phase: ['updates', 'learning_rate', 'ar_steps', 'batch_size', 'activations', 'variable_weights'],
  learningRate: {
    linear: ['shape', 'from', 'to'],
    cosine: ['shape', 'from', 'to'],
    constant: ['shape', 'value'],
  },
  arSteps: ['from', 'to'],
  task: ['input_variables', 'target_variables', 'forcing_variables', 'pressure_levels', 'input_duration'],
};

/**
 * Reads a `config.json`.
 * @param name the file's name, for messages
 * @throws ConfigError on bad JSON, unknown fields, or values of the wrong kind
 */
export function parseRunConfig(text: string, name: string): PartialRunConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${name} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
  const fields = objectAt(json, name);
  expectFields(fields, FIELDS.run, name);
  const empty = Object.keys(fields).find((field) => fields[field] === null);
  if (empty !== undefined) {
    throw new ConfigError(`${name}: ${empty} is null; give it a value, or leave it out for the default.`);
  }
  const { task, phases, ...rest } = fields;
  for (const section of ['model', 'optimizer', 'periods', 'variable_weights']) {
    if (rest[section] !== undefined) objectAt(rest[section], `${name}: ${section}`);
  }
  expectFields((rest.optimizer ?? {}) as object, Object.keys(OPTIMIZER), `${name}: optimizer`);
  const config: PartialRunConfig = rest;
  if (task !== undefined) config.task = typeof task === 'string' ? task : parseTask(task, name);
  if (phases !== undefined) {
    if (!Array.isArray(phases)) throw new ConfigError(`${name}: phases must be a list of phases.`);
    for (const [i, phase] of phases.entries()) {
      const place = `${name}: phase ${i}`;
      const fields = objectAt(phase, place);
      expectFields(fields, FIELDS.phase, place);
      if (fields.variable_weights !== undefined) {
        objectAt(fields.variable_weights, `${place}: variable_weights`);
      }
    }
    config.phases = phases as Phase[];
  }
  return config;
}

/**
 * Does what completes a configuration; where it comes from a file, its errors begin with the file's name.
 * @throws what `complete` throws
 */
export function namingFile<T>(file: string | undefined, complete: () => T): T {
  try {
    return complete();
  } catch (cause) {
    if (file === undefined || !(cause instanceof ConfigError)) throw cause;
    const { message } = cause;
    throw new ConfigError(`${file}: ${message[0].toLowerCase()}${message.slice(1)}`, { cause });
  }
}

/**
 * Fills what is left out and checks the whole; see {@link namingFile}.
 * @throws ConfigError naming the field, its value and what is allowed
 */
export function completeRunConfig(given: PartialRunConfig, defaults: RunDefaults): RunConfig {
  const config: RunConfig = {
    task: typeof given.task === 'string' ? namedTask(given.task) : (given.task ?? defaults.task),
    model: { ...defaults.model, ...given.model },
    optimizer: { ...OPTIMIZER, ...given.optimizer },
    phases: given.phases ?? warmUpCosine(defaults.updates),
    batch_size: given.batch_size ?? 1,
    windows_at_once: given.windows_at_once,
    seed: given.seed ?? 0,
    periods: given.periods && parsePeriods(given.periods, 'periods'),
    sampling: given.sampling ?? 'uniform',
    freeze: given.freeze ?? [],
    variable_weights: given.variable_weights,
    ema_decay: given.ema_decay,
    activations: given.activations ?? 'float32',
    kernel_variant: given.kernel_variant,
    on_bad_update: given.on_bad_update ?? 'stop',
    validate_every: given.validate_every,
    save_every: given.save_every,
  };
  validateTask(config.task);
  validateModelConfig(config.model);
  const { optimizer } = config;
  for (const [field, value] of Object.entries(optimizer)) {
    expectNumber(`optimizer.${field}`, value, (v) => v >= 0, 'a number that is not negative');
  }
  for (const field of ['b1', 'b2'] as const) {
    expectNumber(`optimizer.${field}`, optimizer[field], (v) => v < 1, 'a number below 1');
  }
  expectNumber('optimizer.eps', optimizer.eps, (v) => v > 0, 'a number above 0');
  expectNumber('optimizer.clip_norm', optimizer.clip_norm, (v) => v > 0, 'a number above 0');
  expectNumber('batch_size', config.batch_size, isCount, 'a whole number from 1');
  for (const field of ['windows_at_once', 'validate_every', 'save_every'] as const) {
    if (config[field] !== undefined) expectNumber(field, config[field], isCount, 'a whole number from 1');
  }
  expectNumber('seed', config.seed, Number.isSafeInteger, 'a whole number');
  if (!SAMPLINGS.includes(config.sampling)) {
    throw new ConfigError(
      `sampling is ${JSON.stringify(config.sampling)}, expected one of ${SAMPLINGS.join(', ')}.`,
    );
  }
  if (!Array.isArray(config.freeze) || !config.freeze.every((part) => PARTS.includes(part))) {
    throw new ConfigError(
      `freeze is ${JSON.stringify(config.freeze)}, expected a list of ${PARTS.join(', ')}.`,
    );
  }
  if (PARTS.every((part) => config.freeze.includes(part))) {
    throw new ConfigError('freeze names every part of the network: leave one out, or nothing can be learnt.');
  }
  for (const { variable_weights: weights } of [config, ...config.phases]) {
    if (weights) variableWeights(config.task.targetVariables, weights);
  }
  if (config.ema_decay !== undefined) {
    expectNumber('ema_decay', config.ema_decay, (v) => v >= 0 && v < 1, 'a number from 0, below 1');
  }
  expectElementType('activations', config.activations);
  const variant = config.kernel_variant;
  if (variant !== undefined && !isKernelVariants(variant)) {
    throw new ConfigError(
      `kernel_variant is ${JSON.stringify(variant)}, expected one of ${LINEAR_VARIANTS.join(', ')}, or an object that names one for each shape and for "default".`,
    );
  }
  if (!BAD_UPDATE_POLICIES.includes(config.on_bad_update)) {
    throw new ConfigError(
      `on_bad_update is ${JSON.stringify(config.on_bad_update)}, expected one of ${BAD_UPDATE_POLICIES.join(', ')}.`,
    );
  }
  if (config.phases.length === 0) throw new ConfigError('phases is empty, expected at least one phase.');
  config.phases.forEach(validatePhase);
  return config;
}

/** A configuration as it is written to `config.json`: the task under the reference's field names. */
export function formatRunConfig(config: RunConfig): string {
  const { task, ...rest } = config;
  const named = {
    input_variables: task.inputVariables,
    target_variables: task.targetVariables,
    forcing_variables: task.forcingVariables,
    pressure_levels: task.pressureLevels,
    input_duration: task.inputDuration,
  };
  return `${JSON.stringify({ task: named, ...rest }, null, 2)}\n`;
}

/**
 * One of the released models' tasks.
 * @throws ConfigError when there is no such task
 */
export function namedTask(name: string): Task {
  if (!Object.hasOwn(TASKS, name)) {
    throw new ConfigError(`There is no task '${name}'; the tasks are ${Object.keys(TASKS).join(', ')}.`);
  }
  return TASKS[name as keyof typeof TASKS];
}

function parseTask(json: unknown, name: string): Task {
  const fields = objectAt(json, `${name}: task`);
  expectFields(fields, FIELDS.task, `${name}: task`);
  const strings = (field: string) => listAt<string>(fields[field], `${name}: task.${field}`, 'string');
  return {
    inputVariables: strings('input_variables'),
    targetVariables: strings('target_variables'),
    forcingVariables: strings('forcing_variables'),
    pressureLevels: listAt<number>(fields.pressure_levels, `${name}: task.pressure_levels`, 'number'),
    inputDuration: fields.input_duration === undefined ? '12h' : String(fields.input_duration),
  };
}

function validatePhase(phase: Phase, i: number): void {
  const place = `phases[${i}]`;
  expectNumber(`${place}.updates`, phase.updates, isCount, 'a whole number from 1');
  const rate: Partial<LearningRate> | undefined = phase.learning_rate;
  if (rate?.shape && Object.hasOwn(FIELDS.learningRate, rate.shape)) {
    expectFields(rate, FIELDS.learningRate[rate.shape], `${place}.learning_rate`);
  }
  const positive = (v: number) => v >= 0 && v < 10;
  if (rate?.shape === 'constant') {
    expectNumber(`${place}.learning_rate.value`, rate.value, positive, 'a number from 0 to 10');
  } else if (rate?.shape === 'linear' || rate?.shape === 'cosine') {
    expectNumber(`${place}.learning_rate.from`, rate.from, positive, 'a number from 0 to 10');
    expectNumber(`${place}.learning_rate.to`, rate.to, positive, 'a number from 0 to 10');
  } else {
    throw new ConfigError(
      `${place}.learning_rate.shape is ${JSON.stringify(rate?.shape)}, expected "linear", "cosine" or "constant".`,
    );
  }
  const steps = phase.ar_steps;
  if (typeof steps === 'object' && steps !== null) {
    expectFields(steps, FIELDS.arSteps, `${place}.ar_steps`);
    expectNumber(`${place}.ar_steps.from`, steps.from, isCount, 'a whole number from 1');
    expectNumber(
      `${place}.ar_steps.to`,
      steps.to,
      (v) => isCount(v) && v >= steps.from,
      'a whole number from `from`',
    );
  } else {
    expectNumber(`${place}.ar_steps`, steps, isCount, 'a whole number from 1, or {"from": 2, "to": 12}');
  }
  if (phase.batch_size !== undefined) {
    expectNumber(`${place}.batch_size`, phase.batch_size, isCount, 'a whole number from 1');
  }
  if (phase.activations !== undefined) expectElementType(`${place}.activations`, phase.activations);
}

function expectElementType(field: string, value: ElementType): void {
  if (ELEMENT_TYPES.includes(value)) return;
  throw new ConfigError(`${field} is ${JSON.stringify(value)}, expected one of ${ELEMENT_TYPES.join(', ')}.`);
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;

function expectNumber(
  field: string,
  value: unknown,
  allowed: (value: number) => boolean,
  words: string,
): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || !allowed(value)) {
    throw new ConfigError(`${field} is ${JSON.stringify(value)}, expected ${words}.`);
  }
}

function objectAt(json: unknown, place: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ConfigError(`${place} must be an object with named fields.`);
  }
  return json as Record<string, unknown>;
}

function listAt<T>(json: unknown, place: string, type: 'string' | 'number'): T[] {
  if (!Array.isArray(json) || json.some((item) => typeof item !== type)) {
    throw new ConfigError(`${place} must be a list of ${type}s.`);
  }
  return json as T[];
}

function expectFields(fields: object, known: string[], place: string): void {
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw new ConfigError(`${place} has an unknown field '${unknown}'; the fields are ${known.join(', ')}.`);
  }
}
