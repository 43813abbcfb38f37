/** bfloat16 on the CPU: the upper 16 bits of a float32, as the GPU packs it (bfloat16.wgsl). */

/** Each number's bits, rounded to the nearest bfloat16, ties to even; a NaN stays one. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const bits = words[i];
    const isNan = (bits & 0x7fffffff) > 0x7f800000;
    halves[i] = (isNan ? bits | 0x400000 : bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** The numbers that bits of {@link toBfloat16} stand for, exactly. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i] << 16;
  return values;
}

/** Numbers as they are after a stay in bfloat16. */
export function throughBfloat16(values: Float32Array): Float32Array {
  return fromBfloat16(toBfloat16(values));
}
