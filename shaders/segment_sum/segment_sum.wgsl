// One invocation adds one vec4 column of one segment, its rows in ascending order. Neighbouring invocations take
// neighbouring columns, so they read the same rows side by side and run equally long.

const WORKGROUP = 64u;

fn value(j: u32, column: u32) -> vec4f {
  var row = j;
  if (WITH_ORDER) {
    row = order[j];
  }
  return load_values(row * args.columns + column);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  if (i >= args.segments * args.columns) {
    return;
  }
  let segment = i / args.columns;
  let column = i % args.columns;

  var total = vec4f();
  var j = starts[segment];
  let end = starts[segment + 1u];
  // Loads in flight at a time, added in the same order: what a segment waits for is memory. Where some are hundreds of rows
  // long (mesh nodes near a pole) and a GPU has nothing else left to do, more of them.
  if (LONG) {
    for (; j + 16u <= end; j += 16u) {
      var rows: array<vec4f, 16>;
      for (var i = 0u; i < 16u; i++) {
        rows[i] = value(j + i, column);
      }
      for (var i = 0u; i < 16u; i++) {
        total += rows[i];
      }
    }
  }
  for (; j + 4u <= end; j += 4u) {
    let a = value(j, column);
    let b = value(j + 1u, column);
    let c = value(j + 2u, column);
    let d = value(j + 3u, column);
    total = (((total + a) + b) + c) + d;
  }
  for (; j < end; j++) {
    total += value(j, column);
  }
  if (ACCUMULATE) {
    total += load_out(i);
  }
  store_out(i, total);
}
