import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { PRESETS } from '../graphcast/config';
import { TASKS } from '../weather/task';
import { presetProtocol, withinSteps } from './protocols';
import { completeRunConfig, presetModel } from './run_config';
import { mostArSteps, scheduled, totalUpdates, windowsBefore } from './schedule';

describe('the protocol of a preset', () => {
  it("is the paper's for GraphCast (spec 11)", () => {
    const { phases, ...rest } = presetProtocol('graphcast');
    expect(rest).toEqual({ batch_size: 32, activations: 'bfloat16' });
    expect(phases).toEqual([
      { updates: 1000, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
      { updates: 299000, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
      { updates: 11000, learning_rate: { shape: 'constant', value: 3e-7 }, ar_steps: { from: 2, to: 12 } },
    ]);
    const steps = Array.from({ length: 11 }, (_, i) => scheduled(phases, 300000 + 1000 * i + 999).arSteps);
    expect(steps).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(windowsBefore({ phases, batch_size: 32 }, totalUpdates(phases))).toBe(32 * 311000);
  });

  it.each(Object.keys(PRESETS))('makes a valid run of %s, in the three phases', (preset) => {
    const config = completeRunConfig(presetProtocol(preset), {
      task: TASKS.TASK_13,
      model: presetModel(preset),
      updates: 1,
    });
    expect(config).toMatchObject(presetProtocol(preset));
    expect(config.phases.map(({ learning_rate }) => learning_rate.shape)).toEqual([
      'linear',
      'cosine',
      'constant',
    ]);
    expect(scheduled(config.phases, 0).learningRate).toBe(0);
    // Every number of autoregressive steps has the same number of updates.
    const { updates } = config.phases[2];
    expect(updates % (mostArSteps(config.phases) - 1)).toBe(0);
  });

  it('refuses a preset that there is not', () => {
    expect(() => presetProtocol('huge')).toThrow(ConfigError);
    expect(() => presetProtocol('toString')).toThrow(/no preset 'toString'; the presets are tiny, mini/);
  });
});

describe('phases on data with short windows', () => {
  const { phases } = presetProtocol('graphcast');

  it('stay as they are when the windows are long enough', () => {
    expect(withinSteps(phases, 12)).toEqual(phases);
  });

  it('end with the longest forecast that the data hold', () => {
    const cut = withinSteps(phases, 4);
    expect(cut.slice(0, 2)).toEqual(phases.slice(0, 2));
    expect(cut[2]).toMatchObject({ updates: 3000, ar_steps: { from: 2, to: 4 } });
    expect(withinSteps(phases, 2)[2]).toMatchObject({ updates: 1000, ar_steps: 2 });
    expect(withinSteps(phases, 1)).toEqual(phases.slice(0, 2));
  });
});
