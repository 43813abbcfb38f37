/** The number that every half-precision bit pattern stands for (IEEE 754 binary16); made when it is first needed. */
let numbers: Float32Array | undefined;

/** Half-precision numbers, by their bits, in single precision, which holds each of them exactly. */
export function fromHalfFloats(bits: Uint16Array): Float32Array {
  numbers ??= Float32Array.from({ length: 2 ** 16 }, (_, pattern) => numberOf(pattern));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = numbers[bits[i]];
  return values;
}

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 2 ** 10;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent < 0x1f) return sign * (1 + fraction) * 2 ** (exponent - 15);
  return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
}
