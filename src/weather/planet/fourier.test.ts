import { expect, test } from 'vitest';
import { FourierTransform } from './fourier';

test.each([1, 2, 4, 8, 12, 15, 49, 64, 96])(
  'a transform of length %i is the sum that defines it',
  (length) => {
    const real = Float64Array.from({ length }, (_, k) => Math.sin(3 * k + 1));
    const imaginary = Float64Array.from({ length }, (_, k) => Math.cos(5 * k * k));
    const [r, i] = [real.slice(), imaginary.slice()];
    new FourierTransform(length).transform(r, i);
    for (let j = 0; j < length; j++) {
      let [sumReal, sumImaginary] = [0, 0];
      for (let k = 0; k < length; k++) {
        const angle = (2 * Math.PI * ((j * k) % length)) / length;
        sumReal += real[k] * Math.cos(angle) - imaginary[k] * Math.sin(angle);
        sumImaginary += real[k] * Math.sin(angle) + imaginary[k] * Math.cos(angle);
      }
      expect(r[j]).toBeCloseTo(sumReal, 11);
      expect(i[j]).toBeCloseTo(sumImaginary, 11);
    }
  },
);

test('with its arrays exchanged it goes back', () => {
  const length = 48;
  const real = Float64Array.from({ length }, (_, k) => Math.sin(k * k));
  const imaginary = Float64Array.from({ length }, (_, k) => Math.cos(2 * k));
  const [r, i] = [real.slice(), imaginary.slice()];
  const fourier = new FourierTransform(length);
  fourier.transform(r, i);
  fourier.transform(i, r);
  for (let k = 0; k < length; k++) {
    expect(r[k] / length).toBeCloseTo(real[k], 13);
    expect(i[k] / length).toBeCloseTo(imaginary[k], 13);
  }
});
