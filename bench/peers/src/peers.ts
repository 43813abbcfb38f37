import { openDevice } from '../../../src/webgpu/device';
import { createGraphcastPeer } from './graphcast_peer';
import { createJaxJsPeer } from './jax_js_peer';
import { measure, type Result } from './measure';
import type { Reference } from './reference';
import { trainStepWork } from './work';

export interface Versions {
  jaxjs: string;
  graphcast: string;
}

export interface Comparison {
  adapter: string;
  results: Result[];
}

/**
 * Both peers on the same adapter, each with a device of its own.
 * @param gpu `navigator.gpu` in a browser, Dawn's in Node
 */
export async function comparePeers(
  gpu: GPU,
  reference: Reference,
  versions: Versions,
  pairs: number,
): Promise<Comparison> {
  const work = trainStepWork();
  const ours = await openDevice(gpu);
  const jax = await import('@jax-js/jax');
  const runners = [
    await createGraphcastPeer(ours, work, versions.graphcast),
    await createJaxJsPeer(jax, work, versions.jaxjs, ours.wait),
  ];
  const faults: string[] = [];
  jax.getWebGPUDevice().addEventListener('uncapturederror', ({ error }) => faults.push(error.message));
  const results = await measure(runners, work, reference, pairs);
  ours.expectHealthy();
  if (faults.length > 0) throw new Error(`jax-js: ${faults[0]}`);
  const { vendor, architecture, description } = ours.adapter;
  return { adapter: `${vendor} ${architecture} ${description}`.trim(), results };
}
