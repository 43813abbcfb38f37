// One invocation adds one vec4 column over all chunks, in ascending order.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + lane;
  if (i >= args.count) {
    return;
  }
  var total = vec4f();
  for (var chunk = 0u; chunk < args.chunks; chunk++) {
    total += partial[chunk * args.columns + args.column + i];
  }
  into[i] += total;
}
