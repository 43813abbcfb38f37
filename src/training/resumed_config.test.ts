import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { TASKS } from '../weather/task';
import { resumedRunConfig } from './resumed_config';
import { presetModel } from './run_config';

const checkpoint = { modelConfig: { ...presetModel('tiny'), latent_size: 16 }, task: TASKS.TASK_13 };
const resumed = (given: Parameters<typeof resumedRunConfig>[0]) =>
  resumedRunConfig(given, checkpoint, 'run/config.json');

describe('a run that is continued', () => {
  it("takes the checkpoint's model and task where its configuration says nothing, in whatever order", () => {
    expect(resumed({})).toMatchObject({ model: checkpoint.modelConfig, task: TASKS.TASK_13 });
    const inputVariables = TASKS.TASK_13.inputVariables.toReversed();
    const task = { ...TASKS.TASK_13, inputVariables };
    expect(resumed({ model: { latent_size: 16 }, task }).task).toEqual(task);
  });

  it.each([
    [{ model: { latent_size: 32 } }, /model\.latent_size is 32, .* trained with 16: put 16 back, or start/],
    [{ model: { mesh_size: 3 } }, /model\.mesh_size is 3, .* trained with 2/],
    [{ model: { gnn_msg_steps: 5 } }, /model\.gnn_msg_steps is 5, .* trained with 4/],
    [{ model: { hidden_layers: 2 } }, /model\.hidden_layers is 2, .* trained with 1/],
    [
      { model: { mesh2grid_edge_normalization_factor: 0.6 } },
      /normalization_factor is 0\.6, .* trained with none: take it out/,
    ],
    [
      { task: { ...TASKS.TASK_13, pressureLevels: [500, 850] } },
      /task\.pressure_levels is \[500,850\], .* trained with \[50,/,
    ],
    [{ task: TASKS.TASK_13_PRECIP_OUT }, /task\.input_variables is \[/],
  ])('refuses another network: %j', (given, message) => {
    expect(() => resumed(given)).toThrow(ConfigError);
    expect(() => resumed(given)).toThrow(/^run\/config\.json: /);
    expect(() => resumed(given)).toThrow(message);
  });
});
