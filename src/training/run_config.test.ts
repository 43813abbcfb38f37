import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { TASKS } from '../weather/task';
import { completeRunConfig, formatRunConfig, OPTIMIZER, parseRunConfig, presetModel } from './run_config';

const defaults = { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 100 };
const complete = (given: object) =>
  completeRunConfig(parseRunConfig(JSON.stringify(given), 'run.json'), defaults);

describe('run configuration', () => {
  it('takes the reference values where it says nothing', () => {
    const config = complete({});
    expect(config.optimizer).toEqual({ b1: 0.9, b2: 0.95, eps: 1e-8, weight_decay: 0.1, clip_norm: 32 });
    expect(config.optimizer).toEqual(OPTIMIZER);
    expect(config.phases.map(({ learning_rate }) => learning_rate)).toEqual([
      { shape: 'linear', from: 0, to: 1e-3 },
      { shape: 'cosine', from: 1e-3, to: 0 },
    ]);
    expect([config.batch_size, config.seed]).toEqual([1, 0]);
  });

  it('survives being written and read', () => {
    const config = complete({ model: { latent_size: 48 }, batch_size: 3, seed: 5 });
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
    [{ batch_size: 0 }, /batch_size is 0, expected a whole number from 1/],
    [{ optimizer: { b1: 1 } }, /optimizer.b1 is 1/],
    [{ optimizer: { lr: 1 } }, /unknown field 'lr'/],
    [{ model: { latent_size: 'large' } }, /latent_size is "large"/],
    [{ phases: [] }, /phases is empty/],
    [{ phases: [{ updates: 5, learning_rate: { shape: 'sine' }, ar_steps: 1 }] }, /shape is "sine"/],
    [
      { phases: [{ updates: 5, learning_rate: { shape: 'constant', value: 1 }, ar_steps: 0 }] },
      /ar_steps is 0/,
    ],
    [{ kernel_variant: 'fast' }, /kernel_variant is "fast", expected one of register, subgroup, tiled/],
    [{ task: 'TASK_14' }, /no task 'TASK_14'; the tasks are/],
    [{ task: { input_variables: 'temperature' } }, /task.input_variables must be a list/],
  ])('refuses %j', (given, message) => {
    expect(() => complete(given)).toThrow(ConfigError);
    expect(() => complete(given)).toThrow(message);
  });

  it('says where bad JSON comes from', () => {
    expect(() => parseRunConfig('{', 'run.json')).toThrow(/^run.json is not valid JSON/);
  });
});
