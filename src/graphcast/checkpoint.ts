/**
 * GraphCast's own checkpoint files (spec 10.1): an `.npz` of the parameters, the model's and the task's
 * configuration, a description and a licence, nested names joined by `:`.
 */
import { CheckpointError, MisfitError, WorkbenchError } from '../errors';
import { type ChannelLayout, channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Task } from '../weather/task';
import { checkTaskFits } from '../weather/task_fit';
import { type ModelConfig, validateModelConfig } from './config';
import { type NpyArray, readNpz, writeNpz } from './npz';
import { parameterArrays } from './parameters';

export interface Checkpoint {
  /** By `module:array`, in the order of the file. */
  parameters: Map<string, { shape: number[]; data: Float32Array }>;
  modelConfig: ModelConfig;
  task: Task;
  description: string;
  license: string;
}

/** The licence that a freshly trained checkpoint states. */
export const FRESH_LICENSE = 'As the person who trained it decides; the terms of its data apply.';

/**
 * A checkpoint of a model's parameters, in the reference's order of arrays.
 * @param parameters values by name, for every array of the configuration
 */
export function checkpointOf(
  model: ModelConfig,
  task: Task,
  parameters: ReadonlyMap<string, Float32Array>,
  about: { description: string; license: string },
): Checkpoint {
  const { inputs, state } = channelLayout(task);
  const arrays = parameterArrays(model, inputs.length, state.length);
  return {
    parameters: new Map(arrays.map(({ name, shape }) => [name, { shape, data: parameters.get(name)! }])),
    modelConfig: model,
    task,
    ...about,
  };
}

const PARAMETER_PREFIX = 'params:';
/** Fields of the reference's TaskConfig, in its order. */
const TASK_LISTS = {
  input_variables: 'inputVariables',
  target_variables: 'targetVariables',
  forcing_variables: 'forcingVariables',
} as const;

/**
 * Reads a checkpoint. Parameters share memory with `bytes` where aligned.
 * @param bytes the whole file
 * @param name the file's name, for messages
 * @throws CheckpointError when the file is damaged, is not a GraphCast checkpoint, or when its arrays do not fit its own configuration
 */
export function readCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const entries = new Entries(readNpz(bytes, name), name);
  const checkpoint: Checkpoint = {
    parameters: entries.parameters(),
    modelConfig: {
      resolution: entries.number('model_config:resolution'),
      mesh_size: entries.number('model_config:mesh_size'),
      latent_size: entries.number('model_config:latent_size'),
      gnn_msg_steps: entries.number('model_config:gnn_msg_steps'),
      hidden_layers: entries.number('model_config:hidden_layers'),
      radius_query_fraction_edge_length: entries.number('model_config:radius_query_fraction_edge_length'),
      ...entries.optionalNumber('mesh2grid_edge_normalization_factor'),
    },
    task: {
      inputVariables: entries.list('task_config:input_variables', 'text'),
      targetVariables: entries.list('task_config:target_variables', 'text'),
      forcingVariables: entries.list('task_config:forcing_variables', 'text'),
      pressureLevels: entries.list('task_config:pressure_levels', 'number'),
      inputDuration: entries.text('task_config:input_duration'),
    },
    description: entries.text('description'),
    license: entries.text('license'),
  };
  checkParameters(checkpoint, checkedLayout(checkpoint, name), name);
  return checkpoint;
}

/**
 * Writes a checkpoint that the reference can read: int64 and float64 scalars, text as `<U..`, tuples by decimal
 * index. Equal checkpoints give equal bytes.
 */
export function writeCheckpoint({
  parameters,
  modelConfig,
  task,
  description,
  license,
}: Checkpoint): Uint8Array {
  const integer = (value: number): NpyArray => ({ shape: [], data: BigInt64Array.of(BigInt(value)) });
  const float = (value: number): NpyArray => ({ shape: [], data: Float64Array.of(value) });
  const text = (value: string): NpyArray => ({ shape: [], data: [value] });
  const factor = modelConfig.mesh2grid_edge_normalization_factor;

  const entries: [string, NpyArray][] = [];
  for (const [name, array] of parameters) entries.push([PARAMETER_PREFIX + name, array]);
  entries.push(
    ['model_config:resolution', float(modelConfig.resolution)],
    ['model_config:mesh_size', integer(modelConfig.mesh_size)],
    ['model_config:latent_size', integer(modelConfig.latent_size)],
    ['model_config:gnn_msg_steps', integer(modelConfig.gnn_msg_steps)],
    ['model_config:hidden_layers', integer(modelConfig.hidden_layers)],
    ['model_config:radius_query_fraction_edge_length', float(modelConfig.radius_query_fraction_edge_length)],
  );
  if (factor !== undefined) entries.push(['model_config:mesh2grid_edge_normalization_factor', float(factor)]);
  for (const [field, list] of Object.entries(TASK_LISTS)) {
    for (const [i, variable] of task[list].entries())
      entries.push([`task_config:${field}:${i}`, text(variable)]);
  }
  for (const [i, level] of task.pressureLevels.entries()) {
    const stored = Number.isInteger(level) ? integer(level) : float(level); // datasets may have 0.5 hPa, the reference not
    entries.push([`task_config:pressure_levels:${i}`, stored]);
  }
  entries.push(
    ['task_config:input_duration', text(task.inputDuration)],
    ['description', text(description)],
    ['license', text(license)],
  );
  return writeNpz(entries);
}

/** The parameters of a checkpoint by name. */
export function parametersOf(checkpoint: Checkpoint): Map<string, Float32Array> {
  return new Map([...checkpoint.parameters].map(([name, { data }]) => [name, data]));
}

/**
 * Checks that a dataset holds every variable and level that a checkpoint's task needs.
 * @param otherwise another way out than the cause's, in words
 * @throws MisfitError naming both files, what is missing and what to do
 */
export function checkFits(checkpoint: Checkpoint, name: string, dataset: Dataset, otherwise?: string): void {
  try {
    checkTaskFits(dataset, channelLayout(checkpoint.task));
  } catch (cause) {
    if (!(cause instanceof WorkbenchError)) throw cause;
    const why = otherwise ? `${cause.message.replace(/\.$/, '')}; or ${otherwise}.` : cause.message;
    throw new MisfitError(`${name} does not fit the data: ${why}`, { cause });
  }
}

/** The members of a checkpoint, taken by name and converted by the type that the field declares. */
class Entries {
  private readonly arrays: Map<string, NpyArray>;
  private readonly name: string;

  constructor(arrays: Map<string, NpyArray>, name: string) {
    this.arrays = arrays;
    this.name = name;
  }

  parameters(): Checkpoint['parameters'] {
    const parameters: Checkpoint['parameters'] = new Map();
    for (const [key, { shape, data }] of this.arrays) {
      if (!key.startsWith(PARAMETER_PREFIX)) continue;
      if (!(data instanceof Float32Array)) {
        throw new CheckpointError(
          `${this.name} holds ${key} in another type than float32: convert it with numpy.`,
        );
      }
      parameters.set(key.slice(PARAMETER_PREFIX.length), { shape, data });
    }
    return parameters;
  }

  number(key: string): number {
    const value = Number(this.scalar(key));
    if (!Number.isFinite(value)) {
      throw new CheckpointError(`${this.name} has "${this.scalar(key)}" for ${key}, expected a number.`);
    }
    return value;
  }

  text(key: string): string {
    return String(this.scalar(key));
  }

  /** The reference leaves out fields that are None. */
  optionalNumber(field: 'mesh2grid_edge_normalization_factor'): Partial<ModelConfig> {
    const key = `model_config:${field}`;
    return this.arrays.has(key) ? { [field]: this.number(key) } : {};
  }

  /** A tuple, whose elements are stored under their decimal index; an empty one leaves no trace. */
  list(key: string, type: 'text'): string[];
  list(key: string, type: 'number'): number[];
  list(key: string, type: 'text' | 'number'): (string | number)[] {
    const values: (string | number)[] = [];
    while (this.arrays.has(`${key}:${values.length}`)) values.push(this[type](`${key}:${values.length}`));
    return values;
  }

  private scalar(key: string): string | number | bigint {
    const array = this.arrays.get(key);
    if (array === undefined || array.data.length !== 1) {
      throw new CheckpointError(
        `${this.name} has no single value ${key}: it is not a GraphCast checkpoint, choose one written by GraphCast or by this program.`,
      );
    }
    return array.data[0];
  }
}

/** The channels of the checkpoint's task, once its configuration is known to make sense. */
function checkedLayout({ modelConfig, task }: Checkpoint, name: string): ChannelLayout {
  try {
    validateModelConfig(modelConfig);
    return channelLayout(task);
  } catch (cause) {
    if (!(cause instanceof WorkbenchError)) throw cause;
    throw new CheckpointError(`${name} holds a configuration that cannot be used: ${cause.message}`, {
      cause,
    });
  }
}

function checkParameters({ parameters, modelConfig }: Checkpoint, layout: ChannelLayout, name: string): void {
  const expected = parameterArrays(modelConfig, layout.inputs.length, layout.state.length);
  for (const { name: key, shape } of expected) {
    const found = parameters.get(key);
    if (found === undefined) {
      throw new CheckpointError(
        `${name} has no parameter array ${key} of shape [${shape.join(', ')}], which its configuration asks for: choose another checkpoint.`,
      );
    }
    if (found.shape.join() !== shape.join()) {
      throw new CheckpointError(
        `${name} holds ${key} with shape [${found.shape.join(', ')}], but its own configuration (${layout.inputs.length} input and ${layout.state.length} output channels, latent size ${modelConfig.latent_size}) expects [${shape.join(', ')}]: choose another checkpoint.`,
      );
    }
  }
  if (parameters.size > expected.length) {
    const names = new Set(expected.map((array) => array.name));
    const extra = [...parameters.keys()].find((key) => !names.has(key));
    throw new CheckpointError(
      `${name} holds ${extra}, which its own configuration has no use for: choose another checkpoint.`,
    );
  }
}
