import type { RecomputePolicy } from './recorder';

/**
 * Ways to spend work instead of memory, from keeping everything to keeping as little as can be: each computes more than
 * the one before and takes less memory.
 *
 * The smallest keeps the processor's state every √steps: as many states between segments as within one.
 */
export function recomputePolicies(steps: number): RecomputePolicy[] {
  const root = Math.ceil(Math.sqrt(steps));
  const segments = [...new Set([steps, Math.ceil(steps / 2), root])];
  const policy = (keepMessages: boolean, keepNodes: boolean, keepSteps: boolean, segment: number) => ({
    keepMessages,
    keepNodes,
    keepSteps,
    segment,
  });
  return [
    policy(true, true, true, steps),
    ...segments.flatMap((segment) => [
      policy(false, true, true, segment),
      policy(false, false, true, segment),
    ]),
    policy(false, false, true, Math.min(2, root)),
    policy(false, true, false, root),
    policy(false, false, false, root),
  ];
}

/**
 * The result of the first candidate whose result fits, where each takes less than the one before; that of the last when
 * none does. Tries few of them, as a trial may be dear.
 */
export function firstThatFits<C, R>(
  candidates: readonly C[],
  tryOut: (candidate: C) => R,
  fits: (result: R) => boolean,
): R {
  let found = tryOut(candidates[0]);
  if (fits(found)) return found;
  let fitting: R | undefined;
  for (let [low, end] = [1, candidates.length]; low < end; ) {
    const middle = Math.floor((low + end) / 2);
    found = tryOut(candidates[middle]);
    if (fits(found)) {
      fitting = found;
      end = middle;
    } else low = middle + 1;
  }
  return fitting ?? found;
}
