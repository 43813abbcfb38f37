import { dawn } from '../../../src/webgpu/dawn';
import { comparePeers, type Versions } from './peers';
import { type Reference, reference } from './reference';
import { trainStepWork } from './work';

/** Three steps show that moments and bias correction are right. */
export const makeReference = (): Reference => reference(trainStepWork(), 3);

/** In Node, on Dawn's adapter; the environment's VK_ICD_FILENAMES chooses another. */
export async function compareInNode(expected: Reference, versions: Versions, pairs: number) {
  const gpu = await dawn();
  // jax-js looks for WebGPU where a browser has it.
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: `Node/${process.version}`, hardwareConcurrency: 2 },
    configurable: true,
  });
  return comparePeers(gpu, expected, versions, pairs);
}
