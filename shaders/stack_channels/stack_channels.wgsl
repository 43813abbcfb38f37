// A workgroup takes 64 grid nodes and four channels of them: neighbouring invocations read a plane side by side, and
// everything that belongs to a channel is the same for all of them.

const WORKGROUP = 64u;

fn channel(c: u32, node: u32) -> f32 {
  if (c < args.channels) {
    return (planes[plane[c] * args.nodes + node] - mean[c]) / scale[c];
  }
  if (c < args.channels + 3u) {
    return structural[node][c - args.channels];
  }
  return 0;
}

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
  x[node * args.columns + column] =
    vec4f(channel(c, node), channel(c + 1u, node), channel(c + 2u, node), channel(c + 3u, node));
}
