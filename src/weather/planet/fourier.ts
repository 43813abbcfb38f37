/**
 * Fast Fourier transform of any length that is a product of small primes (Stockham's self-sorting form, so that
 * there is no bit reversal): passes of radix 4 and 2, and of any odd prime by a plain sum.
 */
export class FourierTransform {
  readonly length: number;
  private readonly passes: Pass[];
  private readonly workReal: Float64Array;
  private readonly workImaginary: Float64Array;

  constructor(length: number) {
    this.length = length;
    this.passes = planPasses(length);
    this.workReal = new Float64Array(length);
    this.workImaginary = new Float64Array(length);
  }

  /**
   * x[j] ← Σₖ x[k] exp(+2πi jk / length), in place: values on a circle from Fourier coefficients. Called with the two
   * arrays exchanged it is the transform with the other sign, from values to (length times) coefficients.
   *
   * @param real [length]
   * @param imaginary [length]
   */
  transform(real: Float64Array, imaginary: Float64Array): void {
    let [xr, xi, yr, yi] = [real, imaginary, this.workReal, this.workImaginary];
    for (const pass of this.passes) {
      if (pass.radix === 4) radix4(pass, xr, xi, yr, yi);
      else if (pass.radix === 2) radix2(pass, xr, xi, yr, yi);
      else anyRadix(pass, xr, xi, yr, yi);
      [xr, yr] = [yr, xr];
      [xi, yi] = [yi, xi];
    }
    if (xr !== real) {
      real.set(xr);
      imaginary.set(xi);
    }
  }
}

/**
 * One pass: `groups` twiddle factors, `stride` transforms of length `radix` with each. Reads
 * x[q + stride·(p + groups·k)], writes y[q + stride·(radix·p + k)].
 */
interface Pass {
  radix: number;
  groups: number;
  stride: number;
  /** cos and sin of 2π·p·k / (radix·groups), [groups, radix]. */
  cos: Float64Array;
  sin: Float64Array;
  /** cos and sin of 2π·k / radix, [radix]. */
  rootCos: Float64Array;
  rootSin: Float64Array;
}

function planPasses(length: number): Pass[] {
  const passes: Pass[] = [];
  let rest = length;
  let stride = 1;
  while (rest > 1) {
    const radix = rest % 4 === 0 ? 4 : smallestPrimeFactor(rest);
    const groups = rest / radix;
    const turn = (steps: number, of: number) => (2 * Math.PI * steps) / of;
    const twiddle = (f: (angle: number) => number) =>
      Float64Array.from({ length: rest }, (_, i) => f(turn(Math.floor(i / radix) * (i % radix), rest)));
    const root = (f: (angle: number) => number) =>
      Float64Array.from({ length: radix }, (_, k) => f(turn(k, radix)));
    passes.push({
      radix,
      groups,
      stride,
      cos: twiddle(Math.cos),
      sin: twiddle(Math.sin),
      rootCos: root(Math.cos),
      rootSin: root(Math.sin),
    });
    rest = groups;
    stride *= radix;
  }
  return passes;
}

function smallestPrimeFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
}

type Butterflies = (
  pass: Pass,
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
) => void;

const radix4: Butterflies = ({ groups, stride, cos, sin }, xr, xi, yr, yi) => {
  const quarter = groups * stride;
  for (let p = 0; p < groups; p++) {
    const c1 = cos[4 * p + 1];
    const s1 = sin[4 * p + 1];
    const c2 = cos[4 * p + 2];
    const s2 = sin[4 * p + 2];
    const c3 = cos[4 * p + 3];
    const s3 = sin[4 * p + 3];
    const from = stride * p;
    const to = 4 * stride * p;
    for (let q = 0; q < stride; q++) {
      const a = from + q;
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const sumR = xr[a] + xr[c];
      const sumI = xi[a] + xi[c];
      const differenceR = xr[a] - xr[c];
      const differenceI = xi[a] - xi[c];
      const otherR = xr[b] + xr[d];
      const otherI = xi[b] + xi[d];
      const turnedR = xi[d] - xi[b]; // i (b − d)
      const turnedI = xr[b] - xr[d];
      const r1 = differenceR + turnedR;
      const i1 = differenceI + turnedI;
      const r2 = sumR - otherR;
      const i2 = sumI - otherI;
      const r3 = differenceR - turnedR;
      const i3 = differenceI - turnedI;
      const out = to + q;
      yr[out] = sumR + otherR;
      yi[out] = sumI + otherI;
      yr[out + stride] = r1 * c1 - i1 * s1;
      yi[out + stride] = r1 * s1 + i1 * c1;
      yr[out + 2 * stride] = r2 * c2 - i2 * s2;
      yi[out + 2 * stride] = r2 * s2 + i2 * c2;
      yr[out + 3 * stride] = r3 * c3 - i3 * s3;
      yi[out + 3 * stride] = r3 * s3 + i3 * c3;
    }
  }
};

const radix2: Butterflies = ({ groups, stride, cos, sin }, xr, xi, yr, yi) => {
  const half = groups * stride;
  for (let p = 0; p < groups; p++) {
    const c1 = cos[2 * p + 1];
    const s1 = sin[2 * p + 1];
    for (let q = 0; q < stride; q++) {
      const a = stride * p + q;
      const b = a + half;
      const r = xr[a] - xr[b];
      const i = xi[a] - xi[b];
      const out = 2 * stride * p + q;
      yr[out] = xr[a] + xr[b];
      yi[out] = xi[a] + xi[b];
      yr[out + stride] = r * c1 - i * s1;
      yi[out + stride] = r * s1 + i * c1;
    }
  }
};

const anyRadix: Butterflies = ({ radix, groups, stride, cos, sin, rootCos, rootSin }, xr, xi, yr, yi) => {
  for (let p = 0; p < groups; p++) {
    for (let k = 0; k < radix; k++) {
      const c = cos[radix * p + k];
      const s = sin[radix * p + k];
      for (let q = 0; q < stride; q++) {
        let r = 0;
        let i = 0;
        for (let j = 0; j < radix; j++) {
          const from = q + stride * (p + groups * j);
          const root = (j * k) % radix;
          r += xr[from] * rootCos[root] - xi[from] * rootSin[root];
          i += xr[from] * rootSin[root] + xi[from] * rootCos[root];
        }
        const out = q + stride * (radix * p + k);
        yr[out] = r * c - i * s;
        yi[out] = r * s + i * c;
      }
    }
  }
};
