// A workgroup takes 64 grid nodes and four channels of them: neighbouring invocations write a plane side by side, and
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
  let values = y[node * args.columns + column];
  unstack(4u * column, node, values.x);
  unstack(4u * column + 1u, node, values.y);
  unstack(4u * column + 2u, node, values.z);
  unstack(4u * column + 3u, node, values.w);
}

fn unstack(c: u32, node: u32, value: f32) {
  if (c >= args.channels) {
    return;
  }
  let at = c * args.nodes + node;
  var origin = mean[c];
  if (residual[c] != 0u) {
    origin = last[at];
  }
  frame[at] = value * scale[c] + origin;
}
