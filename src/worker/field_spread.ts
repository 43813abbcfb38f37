/** Frames that are looked at: enough for a range that fits the whole period, few enough to be quick. */
const SAMPLED_FRAMES = 6;

/**
 * 1st and 99th percentile of a field over a sample of frames, so that colours stay put while time runs.
 *
 * @param read one frame of the field; NaN where missing
 * @returns [0, 0] when no value is finite
 */
export async function fieldSpread(
  frames: number,
  read: (frame: number) => Promise<Float32Array>,
): Promise<{ low: number; high: number }> {
  const sampled = Math.min(SAMPLED_FRAMES, frames);
  const stride = sampled > 1 ? (frames - 1) / (sampled - 1) : 0;
  const values: number[] = [];
  for (let i = 0; i < sampled; i++) {
    for (const value of await read(Math.round(i * stride))) if (Number.isFinite(value)) values.push(value);
  }
  if (values.length === 0) return { low: 0, high: 0 };
  const sorted = Float32Array.from(values).sort();
  return { low: quantile(sorted, 0.01), high: quantile(sorted, 0.99) };
}

function quantile(sorted: Float32Array, fraction: number): number {
  return sorted[Math.round(fraction * (sorted.length - 1))];
}
