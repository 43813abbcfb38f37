/** What the Network and the Score room are looked at with, as a link tells it: taken from it, and told. */
import { DEFAULT_ROOMS, decodeRooms, encodeRooms } from '../rooms_hash';
import { takeLinkedNetwork, useNetwork } from './network';
import { useScores } from './scores';
import { useSensitivity } from './sensitivity';
import { useView } from './view';

export function takeLinkedRooms(hash: string): void {
  const { network, shows, frame, perDeviation, metric, baseline, region } = decodeRooms(hash);
  takeLinkedNetwork(network);
  useNetwork.setState({ shows });
  useSensitivity.setState({ frame, perDeviation });
  useScores.setState({ metric, baseline, region });
}

/** The parts of the address that tell what the shown room, and a sensitivity on the globe, are looked at with. */
export function linkedRoomsParts(): string[] {
  const { room, layer, compare } = useView.getState();
  const { graph, zoom, node, step, edge, shows } = useNetwork.getState();
  const { summary, frame, perDeviation } = useSensitivity.getState();
  const { metric, baseline, region } = useScores.getState();
  const isOnGlobe = layer === 'sensitivity' || compare?.layer === 'sensitivity';
  return encodeRooms({
    ...DEFAULT_ROOMS,
    ...(room === 'network' && { network: graph && { zoom, node, step, edge }, shows }),
    ...(isOnGlobe && summary && { sensitivity: summary, frame, perDeviation }),
    ...(room === 'score' && { metric, baseline, region }),
  });
}

/** Calls back when any of it changes, with whether it is a choice to come back to rather than a step on the way. */
export function onLinkedRooms(changed: (isChoice: boolean) => void): void {
  useNetwork.subscribe((now, before) => {
    const isChoice = now.zoom !== before.zoom || now.shows !== before.shows || now.edge !== before.edge;
    if (isChoice || now.node !== before.node || now.step !== before.step || now.graph !== before.graph) {
      changed(isChoice && now.graph === before.graph);
    }
  });
  useSensitivity.subscribe((now, before) => {
    const isChoice = now.frame !== before.frame || now.perDeviation !== before.perDeviation;
    if (isChoice || now.summary !== before.summary) changed(isChoice);
  });
  useScores.subscribe((now, before) => {
    const isChoice =
      now.metric !== before.metric || now.baseline !== before.baseline || now.region !== before.region;
    if (isChoice) changed(true);
  });
}
