import { useEffect, useMemo } from 'react';
import { gridPositions } from '../../mesh/positions';
import { useData } from '../state/data';
import { showsNetwork } from '../state/lessons';
import { useNetwork } from '../state/network';
import { useTheme } from '../state/theme';
import { useView } from '../state/view';
import type { GlobeScene } from './globe_scene';
import { drawNetwork } from './network_drawing';

/** While the Network room or a lesson on it is open, its mesh and messages lie over the field; a sensitivity is seen without a veil. */
export function useNetworkOnGlobe(scene: GlobeScene | null): void {
  const isOpen = useView(showsNetwork);
  const veiled = useView(({ layer }) => layer !== 'sensitivity');
  const theme = useTheme((state) => state.theme);
  const dataset = useData((data) => data.dataset);
  const { graph, readings, zoom, node, field, edge, step, shows } = useNetwork();
  const gridVectors = useMemo(
    () => (dataset ? gridPositions(dataset.latitudes, dataset.longitudes).vectors : new Float32Array()),
    [dataset],
  );
  useEffect(() => {
    if (!isOpen || !graph || gridVectors.length !== 3 * graph.gridNodes) {
      scene?.setNetwork(null, null);
      return;
    }
    const picture = { graph, readings, zoom, node, field, edge, step, shows };
    const { triangles, veil } = drawNetwork(picture, gridVectors, theme, veiled);
    scene?.setNetwork(triangles, veil);
  }, [scene, isOpen, veiled, theme, gridVectors, graph, readings, zoom, node, field, edge, step, shows]);
}
