import { useData } from './data';
import { useTraining } from './training';

/** Refinements of the mesh of the open checkpoint, else of the chosen configuration. */
export function useMeshSize(): number {
  const chosen = useTraining(({ settings }) => settings.meshSize);
  return useData(({ checkpoint }) => checkpoint?.model.mesh_size ?? chosen);
}
