/** The network that a lesson speaks of: the open checkpoint's, else the chosen settings'. */
import { useMemo } from 'react';
import { type ModelConfig, PRESETS } from '../../graphcast/config';
import type { TrainingSettings } from '../../worker/protocol';
import { useData } from './data';
import { isRunOpen, useTraining } from './training';

/** Why the network's sizes cannot be changed now. */
export type Fixed = 'checkpoint' | 'run' | null;

export function useModel(): { model: ModelConfig; fixed: Fixed } {
  const { settings, phase } = useTraining();
  const checkpoint = useData((data) => data.checkpoint);
  const model = useMemo(() => checkpoint?.model ?? modelOf(settings), [checkpoint, settings]);
  return { model, fixed: isRunOpen(phase) ? 'run' : checkpoint ? 'checkpoint' : null };
}

/** Refinements of the mesh on the globe. */
export function meshSizeNow(): number {
  return useData.getState().checkpoint?.model.mesh_size ?? useTraining.getState().settings.meshSize;
}

function modelOf({ preset, latentSize, meshSize, messageSteps }: TrainingSettings) {
  const sizes = { latent_size: latentSize, mesh_size: meshSize, gnn_msg_steps: messageSteps };
  return { ...PRESETS[preset].model, ...sizes };
}
