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
  let c = i % args.channels;
  let start = i / args.channels * BLOCK;
  let end = min(start + BLOCK, args.nodes);
  let scale_c = scale[c];
  let mean_c = mean[c];
  let is_residual = residual[c] != 0u;
  for (var node = start + local.x; node < end; node += WORKGROUP) {
    let at = c * args.nodes + node;
    let origin = select(mean_c, last[at], is_residual);
    frame[at] = y[node * args.stride + c] * scale_c + origin;
  }
}
