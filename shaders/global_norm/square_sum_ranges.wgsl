// One workgroup adds the squares of one range: each invocation takes every 64th vector, then the first one adds the 64
// results in order.

const WORKGROUP = 64u;

var<workgroup> totals: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let range = workgroup.x + workgroup.y * workgroups.x;
  if (range >= args.count) {
    return;
  }
  let row = args.first + range;
  var total = vec4f();
  for (var i = ranges[2u * row] + local.x; i < ranges[2u * row + 1u]; i += WORKGROUP) {
    let value = values[i];
    total += value * value;
  }
  totals[local.x] = dot(total, vec4f(1));
  workgroupBarrier();
  if (local.x != 0u) {
    return;
  }
  var sum = totals[0];
  for (var i = 1u; i < WORKGROUP; i++) {
    sum += totals[i];
  }
  sums[row] = sum;
}
