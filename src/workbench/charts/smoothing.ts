/**
 * An exponential moving average that starts unbiased: weighted as if nothing had come before the first value.
 *
 * @param share of the average that each new value leaves, 0 (as it is) to below 1; nulls stay nulls
 */
export function smoothed(values: (number | null)[], share: number): (number | null)[] {
  if (share === 0) return values;
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return value;
    average = share * average + (1 - share) * value;
    weight = share * weight + (1 - share);
    return average / weight;
  });
}
