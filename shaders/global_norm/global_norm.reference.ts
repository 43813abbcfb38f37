/** Sum of the squares of all numbers, in 64-bit arithmetic. */
export function squareSumReference(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return sum;
}
