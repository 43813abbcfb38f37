// One invocation updates four parameters.

const WORKGROUP = 64u;
/// The exponent bits of infinity and NaN.
const INFINITY = 0x7f800000u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  // A norm that is no finite number would spoil every parameter for good: such an update changes nothing. Its bits are
  // tested because a comparison of floats may be compiled as if there were neither NaN nor infinity.
  if (i >= args.count || (bitcast<u32>(norm[0]) & INFINITY) == INFINITY) {
    return;
  }
  let learning_rate = schedule[0].x;
  let correction1 = schedule[0].y;
  let correction2 = schedule[0].z;

  let g = clipped(gradients[i]);
  let m = args.b1 * moment1[i] + args.one_minus_b1 * g;
  let v = args.b2 * moment2[i] + args.one_minus_b2 * (g * g);
  let p = parameters[i];
  let direction = (m * correction1) / (sqrt(v * correction2) + args.eps);
  parameters[i] = p - learning_rate * (direction + args.weight_decay * p);
  moment1[i] = m;
  moment2[i] = v;
}

/// The gradient scaled so that the global norm is at most clip_norm.
fn clipped(g: vec4f) -> vec4f {
  let global_norm = sqrt(norm[0]);
  if (global_norm < args.clip_norm) {
    return g;
  }
  return g / global_norm * args.clip_norm;
}
