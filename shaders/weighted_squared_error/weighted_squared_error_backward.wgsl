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
  if (c >= args.channels) {
    for (var node = start + local.x; node < end; node += WORKGROUP) {
      dy[node * args.stride + c] = 0; // padding
    }
    return;
  }
  let scale_c = scale[c];
  let mean_c = mean[c];
  let is_residual = residual[c] != 0u;
  let weight = 2 * factor[c] / f32(args.nodes);
  for (var node = start + local.x; node < end; node += WORKGROUP) {
    let at = c * args.nodes + node;
    let origin = select(mean_c, last[at], is_residual);
    let error = y[node * args.stride + c] - (truth[at] - origin) / scale_c;
    let gradient = weight * area[node] * error;
    dy[node * args.stride + c] = gradient;
    if (WITH_D_LAST && is_residual) {
      d_last[at] += gradient / scale_c; // the target falls when the last frame rises
    }
  }
}
