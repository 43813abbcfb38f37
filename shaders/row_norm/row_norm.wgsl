// One invocation takes one row: rows are many, and short.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + lane;
  if (row >= args.rows) {
    return;
  }
  var total = vec4f();
  for (var column = 0u; column < args.columns; column++) {
    let value = load_x(row * args.columns + column);
    total += value * value;
  }
  norms[row] = sqrt(dot(total, vec4f(1)));
}
