// Numbers of a tile in workgroup memory, two bytes each. What comes in rows (x, dy) is kept as bfloat16: exactly where it
// is stored so, whatever its magnitude. Weights are kept as f16, whose 11 bits beat bfloat16's 8 and whose range suffices
// for them; the built-in functions that pack f16 are part of every WGSL.

alias Rows = vec2u;
alias Weights = vec2u;

fn kept_rows(kept: Rows) -> vec4f { return unpack_bfloat16(kept); }

/// Finite weights past f16's largest become it; infinities and NaN stay what they are.
fn keep_weights(value: vec4f) -> Weights {
  let is_finite = (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) < vec4u(0x7f800000u);
  let kept = select(value, clamp(value, vec4f(-65504), vec4f(65504)), is_finite);
  return vec2u(pack2x16float(kept.xy), pack2x16float(kept.zw));
}

fn kept_weights(kept: Weights) -> vec4f {
  return vec4f(unpack2x16float(kept.x), unpack2x16float(kept.y));
}
