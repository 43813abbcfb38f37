import { type Comparison, comparePeers, type Versions } from './peers';
import type { Reference } from './reference';

/** A reference whose arrays have become plain lists on their way into the page. */
export type ListedReference = Omit<Reference, 'gradients' | 'parameters'> &
  Record<'gradients' | 'parameters', Record<string, number[]>>;

declare global {
  var comparePeersInPage: (
    reference: ListedReference,
    versions: Versions,
    pairs: number,
  ) => Promise<Comparison>;
}

const arrays = (lists: Record<string, number[]>) =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, Float32Array.from(list)]));

globalThis.comparePeersInPage = ({ losses, gradients, parameters }, versions, pairs) =>
  comparePeers(
    navigator.gpu,
    { losses, gradients: arrays(gradients), parameters: arrays(parameters) },
    versions,
    pairs,
  );
