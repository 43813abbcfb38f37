/** What `multiply_add.wgsl` leaves in its result, [invocations, 4]. */
export function multiplyAddReference(invocations: number, rounds: number): Float64Array {
  const factors = [0.5, 0.25, 0.125, 0.75];
  const y = new Float64Array(invocations * 4);
  for (let i = 0; i < invocations; i++) {
    factors.forEach((factor, lane) => {
      let [a, b, c, d] = [0, 1, 2, 3].map((k) => (i & 7) + k);
      for (let link = 0; link < 4 * rounds; link++) {
        a = a * factor + b;
        b = b * factor + c;
        c = c * factor + d;
        d = d * factor + a;
      }
      y[i * 4 + lane] = a + b + c + d;
    });
  }
  return y;
}
