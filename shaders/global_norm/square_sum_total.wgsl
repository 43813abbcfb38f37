// One workgroup: each invocation adds every 64th partial sum, then the first one adds the 64 results in order.

const WORKGROUP = 64u;
/// The exponent bits of infinity and NaN, tested as bits: a comparison of floats may be compiled as if there were none.
const INFINITY = 0x7f800000u;

var<workgroup> totals: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_id) local: vec3u) {
  var total = 0.0;
  for (var i = local.x; i < args.count; i += WORKGROUP) {
    total += partial[i];
  }
  for (var i = local.x; WITH_LOSSES && i < args.losses; i += WORKGROUP) {
    if ((bitcast<u32>(losses[i]) & INFINITY) == INFINITY) {
      total = losses[i];
    }
  }
  totals[local.x] = total;
  workgroupBarrier();
  if (local.x != 0u) {
    return;
  }
  for (var i = 1u; i < WORKGROUP; i++) {
    total += totals[i];
  }
  norm[0] = total;
}
