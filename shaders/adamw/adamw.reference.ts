/** Settings of AdamW with clipping, in the names of GraphCast's field: optax. */
export interface AdamwSettings {
  learningRate: number;
  b1: number;
  b2: number;
  eps: number;
  weightDecay: number;
  clipNorm: number;
}

/** One array's parameters and moments. */
export interface AdamwState {
  parameters: Float64Array;
  moment1: Float64Array;
  moment2: Float64Array;
}

/**
 * Update number `update` (from 1) in 64-bit arithmetic, in place: optax's clip_by_global_norm, then adamw.
 * `globalNorm` is the norm over all arrays of the model, not squared; nothing changes where it is not finite.
 */
export function adamwReference(
  state: AdamwState,
  gradients: ArrayLike<number>,
  globalNorm: number,
  update: number,
  o: AdamwSettings,
): void {
  if (!Number.isFinite(globalNorm)) return;
  const { parameters, moment1, moment2 } = state;
  for (let i = 0; i < parameters.length; i++) {
    const g = globalNorm < o.clipNorm ? gradients[i] : (gradients[i] / globalNorm) * o.clipNorm;
    moment1[i] = o.b1 * moment1[i] + (1 - o.b1) * g;
    moment2[i] = o.b2 * moment2[i] + (1 - o.b2) * g ** 2;
    const mean = moment1[i] / (1 - o.b1 ** update);
    const variance = moment2[i] / (1 - o.b2 ** update);
    const direction = mean / (Math.sqrt(variance) + o.eps);
    parameters[i] -= o.learningRate * (direction + o.weightDecay * parameters[i]);
  }
}
