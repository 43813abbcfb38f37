// A workgroup takes one channel of a block of grid nodes: neighbouring invocations take neighbouring nodes, so planes
// are read and written side by side, and what belongs to the channel is read once.

const WORKGROUP = 64u;
const BLOCK = 512u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let c = i % args.stride;
  let start = i / args.stride * BLOCK;
  let end = min(start + BLOCK, args.nodes);
  if (c < args.channels) {
    let from_plane = plane[c] * args.nodes;
    let mean_c = mean[c];
    let scale_c = scale[c];
    for (var node = start + local.x; node < end; node += WORKGROUP) {
      x[node * args.stride + c] = (planes[from_plane + node] - mean_c) / scale_c;
    }
    return;
  }
  let feature = c - args.channels;
  for (var node = start + local.x; node < end; node += WORKGROUP) {
    var value = 0.0; // in the padding
    if (feature < 3u) {
      value = structural[4u * node + feature];
    }
    x[node * args.stride + c] = value;
  }
}
