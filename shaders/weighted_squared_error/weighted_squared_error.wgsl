// One invocation adds four channels over the grid nodes k, k + chunks, k + 2 chunks, ... of chunk k: neighbouring
// invocations then read neighbouring nodes of a plane, and all of a workgroup the same channels.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let chunk = i / args.columns * WORKGROUP + local.x;
  if (chunk >= args.chunks) {
    return;
  }
  let column = i % args.columns;
  let c = 4u * column;
  var total = vec4f();
  for (var node = chunk; node < args.nodes; node += args.chunks) {
    let values = y[node * args.columns + column];
    let error = vec4f(
      deviation(c, node, values.x),
      deviation(c + 1u, node, values.y),
      deviation(c + 2u, node, values.z),
      deviation(c + 3u, node, values.w),
    );
    total += area[node] * error * error;
  }
  partial[chunk * args.columns + column] = total;
}

/// The network's output minus the normalised target; zero past the last channel.
fn deviation(c: u32, node: u32, value: f32) -> f32 {
  if (c >= args.channels) {
    return 0;
  }
  let at = c * args.nodes + node;
  var origin = mean[c];
  if (residual[c] != 0u) {
    origin = last[at];
  }
  return value - (truth[at] - origin) / scale[c];
}
