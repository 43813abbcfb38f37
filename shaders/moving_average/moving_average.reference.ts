/** One step in 64-bit arithmetic, in place. */
export function movingAverageReference(
  average: Float64Array,
  values: ArrayLike<number>,
  decay: number,
): void {
  for (let i = 0; i < average.length; i++) average[i] = decay * average[i] + (1 - decay) * values[i];
}
