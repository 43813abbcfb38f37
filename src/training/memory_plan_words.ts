import type { RecomputePolicy } from '../graphcast/recorder';

/** What a policy computes a second time in the backward pass, in words. */
export function recomputed(policy: RecomputePolicy): string {
  const parts = [
    !policy.keepMessages && 'messages between grid and mesh',
    !policy.keepNodes && 'node networks',
    !policy.keepSteps && 'insides of processor steps',
  ].filter((part) => part !== false);
  const kept =
    policy.segment > 1
      ? `the processor's state kept every ${policy.segment} steps`
      : 'the state of every step kept';
  return parts.length > 0 ? `${parts.join(', ')}; ${kept}` : 'nothing';
}

/** 12.3 MB, 3.31 GB: decimal units, as graphics cards are sold. */
export function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
