import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { TASKS } from '../weather/task';
import {
  completeRunConfig,
  formatRunConfig,
  namingFile,
  OPTIMIZER,
  type Phase,
  parseRunConfig,
  presetModel,
} from './run_config';

const defaults = { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 100 };
const complete = (given: object) => {
  const parsed = parseRunConfig(JSON.stringify(given), 'run.json');
  return namingFile('run.json', () => completeRunConfig(parsed, defaults));
};

const CONSTANT: Phase = { updates: 5, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 };

describe('run configuration', () => {
  it('takes the reference values where it says nothing', () => {
    const config = complete({});
    expect(config.optimizer).toEqual({ b1: 0.9, b2: 0.95, eps: 1e-8, weight_decay: 0.1, clip_norm: 32 });
    expect(config.optimizer).toEqual(OPTIMIZER);
    expect(config.phases.map(({ learning_rate }) => learning_rate)).toEqual([
      { shape: 'linear', from: 0, to: 1e-3 },
      { shape: 'cosine', from: 1e-3, to: 0 },
    ]);
    expect([config.batch_size, config.seed, config.sampling, config.activations]).toEqual([
      1,
      0,
      'uniform',
      'float32',
    ]);
    expect(config.periods).toBeUndefined();
  });

  it('survives being written and read', () => {
    const periods = { train: ['1979', '2015-12-31'], validation: ['2016', '2017'] };
    const config = complete({
      model: { latent_size: 48 },
      batch_size: 3,
      phases: [CONSTANT, { ...CONSTANT, batch_size: 8, activations: 'bfloat16' }],
      seed: 5,
      periods,
      sampling: 'epochs',
      validate_every: 5,
      save_every: 50,
      kernel_variant: { default: 'tiled', 'linear 256x64x64': 'register' },
    });
    expect(config).toMatchObject({ periods, sampling: 'epochs' });
    const again = completeRunConfig(parseRunConfig(formatRunConfig(config), 'config.json'), {
      ...defaults,
      task: TASKS.TASK,
    });
    expect(again).toEqual(config);
  });

  it('takes a task by name or by the reference fields', () => {
    expect(complete({ task: 'TASK_13_PRECIP_OUT' }).task).toEqual(TASKS.TASK_13_PRECIP_OUT);
    const listed = {
      input_variables: ['temperature'],
      target_variables: ['temperature'],
      forcing_variables: [],
      pressure_levels: [500],
    };
    expect(complete({ task: listed }).task).toMatchObject({
      targetVariables: ['temperature'],
      inputDuration: '12h',
    });
  });

  it.each([
    [{ bacth_size: 2 }, /unknown field 'bacth_size'; the fields are task, model/],
    [{ validate_every: 0 }, /validate_every is 0, expected a whole number from 1/],
    [{ save_every: '50' }, /save_every is "50", expected a whole number from 1/],
    [{ windows_at_once: 0 }, /windows_at_once is 0, expected a whole number from 1/],
    [{ batch_size: 0 }, /batch_size is 0, expected a whole number from 1/],
    [{ optimizer: { b1: 1 } }, /optimizer.b1 is 1/],
    [{ optimizer: { lr: 1 } }, /unknown field 'lr'/],
    [
      { variable_weights: { rain: 1 } },
      /: a loss weight is given for 'rain', which the task does not predict/,
    ],
    [{ variable_weights: [1] }, /variable_weights must be an object/],
    [{ model: { latent_size: 'large' } }, /latent_size is "large"/],
    [{ phases: [] }, /phases is empty/],
    [{ phases: [{ updates: 5, learning_rate: { shape: 'sine' }, ar_steps: 1 }] }, /shape is "sine"/],
    [
      { phases: [{ updates: 5, learning_rate: { shape: 'constant', value: 1 }, ar_steps: 0 }] },
      /ar_steps is 0/,
    ],
    [
      { phases: [{ ...CONSTANT, learning_rate: { shape: 'constant', vaule: 3 } }] },
      /phases\[0\]\.learning_rate has an unknown field 'vaule'; the fields are shape, value/,
    ],
    [
      { phases: [{ ...CONSTANT, learning_rate: { shape: 'linear', from: 0, to: 1, value: 1 } }] },
      /phases\[0\]\.learning_rate has an unknown field 'value'; the fields are shape, from, to/,
    ],
    [
      { phases: [{ ...CONSTANT, ar_steps: { from: 2, to: 4, too: 3 } }] },
      /phases\[0\]\.ar_steps has an unknown field 'too'; the fields are from, to/,
    ],
    [{ phases: [{ ...CONSTANT, learning_rate: null }] }, /learning_rate.shape is undefined/],
    [{ phases: [{ ...CONSTANT, batch_size: null }] }, /phases\[0\]\.batch_size is null/],
    ...['batch_size', 'periods', 'on_bad_update', 'seed', 'sampling', 'freeze', 'activations'].map(
      (field): [object, RegExp] => [
        { [field]: null },
        new RegExp(`: ${field} is null; give it a value, or leave it out for the default`),
      ],
    ),
    [
      { phases: [{ ...CONSTANT, batch_size: 1.5 }] },
      /phases\[0\]\.batch_size is 1\.5, expected a whole number from 1/,
    ],
    [
      { phases: [{ ...CONSTANT, activations: 'half' }] },
      /phases\[0\]\.activations is "half", expected one of/,
    ],
    [{ phases: [{ ...CONSTANT, batch: 2 }] }, /phase 0 has an unknown field 'batch'; the fields are updates/],
    [{ phases: [{ ...CONSTANT, variable_weights: [1] }] }, /phase 0: variable_weights must be an object/],
    [{ phases: [{ ...CONSTANT, variable_weights: { rain: 1 } }] }, /'rain', which the task does not predict/],
    [{ activations: 'float16' }, /activations is "float16", expected one of float32, bfloat16/],
    [{ kernel_variant: 'fast' }, /kernel_variant is "fast", expected one of register, subgroup, /],
    [{ kernel_variant: { default: 'fast' } }, /kernel_variant is \{"default":"fast"\}, expected one of/],
    [{ kernel_variant: { 'linear 256x4x4': 'tiled' } }, /expected .* and for "default"/],
    [{ on_bad_update: 'ignore' }, /on_bad_update is "ignore", expected one of stop, skip, roll_back/],
    [{ sampling: 'random' }, /sampling is "random", expected one of uniform, epochs/],
    [{ periods: { train: ['2016', '2015'] } }, /periods\.train ends before it begins/],
    [{ periods: ['1979', '2015'] }, /periods must be an object/],
    [{ task: 'TASK_14' }, /no task 'TASK_14'; the tasks are/],
    [{ task: { input_variables: 'temperature' } }, /task.input_variables must be a list/],
  ])('refuses %j', (given, message) => {
    expect(() => complete(given)).toThrow(ConfigError);
    expect(() => complete(given)).toThrow(/^run\.json\b(?!.*run\.json)/);
    expect(() => complete(given)).toThrow(message);
  });

  it('says where bad JSON comes from', () => {
    expect(() => parseRunConfig('{', 'run.json')).toThrow(/^run.json is not valid JSON/);
  });
});
