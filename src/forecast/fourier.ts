/**
 * Discrete Fourier transform of any length by mixed radices (Cooley and Tukey 1965): a length n = p·m is split into p
 * transforms of length m, p the smallest prime factor.
 */
export class Fourier {
  readonly length: number;
  /** exp(-2πi k / length) */
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;
  /** One element of each of the p interleaved transforms. */
  private readonly partReal: Float64Array;
  private readonly partImaginary: Float64Array;

  constructor(length: number) {
    this.length = length;
    this.cosines = Float64Array.from({ length }, (_, k) => Math.cos((2 * Math.PI * k) / length));
    this.sines = Float64Array.from({ length }, (_, k) => -Math.sin((2 * Math.PI * k) / length));
    this.real = new Float64Array(length);
    this.imaginary = new Float64Array(length);
    this.partReal = new Float64Array(length);
    this.partImaginary = new Float64Array(length);
  }

  /**
   * Squared moduli |F[k]|² of F[k] = (1 / n) Σₗ x[l] exp(-2πi kl / n), k = 0 … ⌊n / 2⌋.
   *
   * @param values real, [length]
   */
  power(values: ArrayLike<number>): Float64Array {
    const { length, real, imaginary } = this;
    this.transform(values, 0, 1, 0, length);
    return Float64Array.from(
      { length: Math.floor(length / 2) + 1 },
      (_, k) => (real[k] ** 2 + imaginary[k] ** 2) / length ** 2,
    );
  }

  /** Transforms `size` values, every `stride`-th from `from`, into `real` and `imaginary` at `to`. */
  private transform(values: ArrayLike<number>, from: number, stride: number, to: number, size: number): void {
    const { real, imaginary, partReal, partImaginary, cosines, sines, length } = this;
    if (size === 1) {
      real[to] = values[from];
      imaginary[to] = 0;
      return;
    }
    const radix = smallestFactor(size);
    const part = size / radix;
    for (let r = 0; r < radix; r++)
      this.transform(values, from + r * stride, stride * radix, to + r * part, part);
    for (let k = 0; k < part; k++) {
      for (let r = 0; r < radix; r++) {
        partReal[r] = real[to + r * part + k];
        partImaginary[r] = imaginary[to + r * part + k];
      }
      for (let q = 0; q < radix; q++) {
        let [sumReal, sumImaginary] = [0, 0];
        for (let r = 0; r < radix; r++) {
          const turn = (r * (k + q * part) * stride) % length;
          sumReal += partReal[r] * cosines[turn] - partImaginary[r] * sines[turn];
          sumImaginary += partReal[r] * sines[turn] + partImaginary[r] * cosines[turn];
        }
        real[to + q * part + k] = sumReal;
        imaginary[to + q * part + k] = sumImaginary;
      }
    }
  }
}

function smallestFactor(n: number): number {
  for (let p = 2; p * p <= n; p++) if (n % p === 0) return p;
  return n;
}
