/** The network that a lesson speaks of: the open run's, else the open checkpoint's, else the chosen settings'. */
import { useMemo } from 'react';
import { type ModelConfig, PRESETS } from '../../graphcast/config';
import type { CheckpointSummary, TrainingSettings } from '../../worker/protocol';
import { useData } from './data';
import { isRunOpen, useTraining } from './training';

/** Why the network's sizes cannot be changed now. */
export type Fixed = 'checkpoint' | 'run' | null;

export function useModel(): { model: ModelConfig; fixed: Fixed } {
  const training = useTraining();
  const { settings, phase } = training;
  const checkpoint = useData((data) => data.checkpoint);
  const open = openModel(training, checkpoint);
  const model = useMemo(() => open ?? modelOf(settings), [open, settings]);
  return { model, fixed: isRunOpen(phase) ? 'run' : checkpoint ? 'checkpoint' : null };
}

/** Refinements of the mesh on the globe. */
export function meshSizeNow(): number {
  const training = useTraining.getState();
  return (openModel(training, useData.getState().checkpoint) ?? modelOf(training.settings)).mesh_size;
}

type Training = ReturnType<typeof useTraining.getState>;

function openModel(
  { phase, config }: Training,
  checkpoint: CheckpointSummary | null,
): ModelConfig | undefined {
  return (isRunOpen(phase) ? config?.model : undefined) ?? checkpoint?.model;
}

function modelOf({ preset, latentSize, meshSize, messageSteps }: TrainingSettings) {
  const sizes = { latent_size: latentSize, mesh_size: meshSize, gnn_msg_steps: messageSteps };
  return { ...PRESETS[preset].model, ...sizes };
}
