// bfloat16 is the upper half of a float32. Two lie in a u32, the one of the lower column in its lower half.

/// Four numbers rounded to the nearest bfloat16, ties to even; a NaN stays one. Integer tests throughout, as a compiler
/// may take floats never to be NaN.
fn pack_bfloat16(value: vec4f) -> vec2u {
  let bits = bitcast<vec4u>(value);
  let rounded = bits + 0x7fffu + ((bits >> vec4u(16u)) & vec4u(1u));
  let is_nan = (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
  // Rounding a NaN could carry into the exponent's end and make it infinite or zero: its quiet bit is set instead.
  let upper = select(rounded, bits | vec4u(0x400000u), is_nan);
  return (upper.xz >> vec2u(16u)) | (upper.yw & vec2u(0xffff0000u));
}

/// The four numbers of a pair of u32, exactly.
fn unpack_bfloat16(packed: vec2u) -> vec4f {
  let lower = packed << vec2u(16u);
  let upper = packed & vec2u(0xffff0000u);
  return bitcast<vec4f>(vec4u(lower.x, upper.x, lower.y, upper.y));
}
