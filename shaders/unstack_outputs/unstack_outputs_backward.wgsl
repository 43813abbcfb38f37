// A workgroup takes 64 grid nodes and four channels of them, as forward.

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
  dy[node * args.columns + column] += vec4f(
    pass_back(c, node),
    pass_back(c + 1u, node),
    pass_back(c + 2u, node),
    pass_back(c + 3u, node),
  );
}

/// Adds to the last frame's gradient; returns what reaches the network's output.
fn pass_back(c: u32, node: u32) -> f32 {
  if (c >= args.channels) {
    return 0;
  }
  let at = c * args.nodes + node;
  let gradient = d_frame[at];
  if (WITH_D_LAST) {
    if (residual[c] != 0u) {
      d_last[at] += gradient;
    }
  }
  return gradient * scale[c];
}
