// One invocation adds the squares of the numbers k, k + chunks, k + 2 chunks, ... of chunk k: neighbouring
// invocations read neighbouring numbers.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let chunk = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  if (chunk >= args.chunks) {
    return;
  }
  var total = vec4f();
  for (var i = chunk; i < args.count; i += args.chunks) {
    let value = values[i];
    total += value * value;
  }
  partial[args.first + chunk] = dot(total, vec4f(1));
}
