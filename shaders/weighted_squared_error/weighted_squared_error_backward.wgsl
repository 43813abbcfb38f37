// A workgroup takes 64 grid nodes and four channels of them: neighbouring invocations read a plane side by side, and
// everything that belongs to a channel is the same for all of them.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let node = i / args.columns * WORKGROUP + local.x;
  if (node >= args.nodes) {
    return;
  }
  let column = i % args.columns;
  let c = 4u * column;
  let values = y[node * args.columns + column];
  let weight = 2 * area[node] / f32(args.nodes);
  dy[node * args.columns + column] = vec4f(
    pass_back(c, node, values.x, weight),
    pass_back(c + 1u, node, values.y, weight),
    pass_back(c + 2u, node, values.z, weight),
    pass_back(c + 3u, node, values.w, weight),
  );
}

/// Adds to the last frame's gradient; returns the gradient of the network's output, zero past the last channel.
fn pass_back(c: u32, node: u32, value: f32, weight: f32) -> f32 {
  if (c >= args.channels) {
    return 0;
  }
  let at = c * args.nodes + node;
  var origin = mean[c];
  if (residual[c] != 0u) {
    origin = last[at];
  }
  let gradient = weight * factor[c] * (value - (truth[at] - origin) / scale[c]);
  if (WITH_D_LAST) {
    if (residual[c] != 0u) {
      d_last[at] += gradient / scale[c];
    }
  }
  return gradient;
}
