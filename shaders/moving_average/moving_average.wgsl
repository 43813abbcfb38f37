// One invocation moves four numbers.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  if (i < args.count) {
    average[i] += args.one_minus_decay * (values[i] - average[i]);
  }
}
