/** What the Train room's settings are until its user chooses otherwise. */
import { PRESETS } from '../../graphcast/config';
import { PEAK_LEARNING_RATE } from '../../training/run_config';
import type { TrainingSettings } from '../../worker/protocol';
import { VALIDATE_EVERY } from '../../worker/run_phases';

export const DEFAULT_PRESET = Object.keys(PRESETS)[0];

const LATENT_SIZES = [16, 32, 48, 64, 96, 128, 256, 512];

/** Latent sizes to choose from, with the one that is set. */
export function latentSizes(set: number): number[] {
  return [...new Set([...LATENT_SIZES, set])].sort((a, b) => a - b);
}

/** The command line's default too. */
const UPDATES = 3000;

/** That a variable can be given in the loss. */
export const LARGEST_WEIGHT = 1000;

/** Settings that do not depend on what is open. */
export type OwnSettings = Required<Omit<TrainingSettings, 'periods' | 'fresh' | 'averageDecay'>> &
  Record<'averageDecay', number | undefined>;

/** A preset's sizes, under its name. */
export function presetSettings(
  preset: string,
): Pick<TrainingSettings, 'preset' | 'latentSize' | 'meshSize' | 'messageSteps'> {
  const { model } = PRESETS[preset];
  return {
    preset,
    latentSize: model.latent_size,
    meshSize: model.mesh_size,
    messageSteps: model.gnn_msg_steps,
  };
}

/** With a preset's sizes. GraphCast's own peak learning rate is right for any of them. */
export function usualSettings(preset = DEFAULT_PRESET): OwnSettings {
  return {
    ...presetSettings(preset),
    ...{ learningRate: PEAK_LEARNING_RATE, updates: UPDATES, batchSize: 1, arSteps: 1 },
    ...{ activations: 'float32', seed: 0, task: 'own', sampling: 'uniform', validateEvery: VALIDATE_EVERY },
    ...{ freeze: [], variableWeights: {}, averageDecay: undefined, onBadUpdate: 'stop' },
  };
}
