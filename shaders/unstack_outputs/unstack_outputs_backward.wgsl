// A workgroup takes one channel of a block of grid nodes, as forward.

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
  let is_residual = residual[c] != 0u;
  for (var node = start + local.x; node < end; node += WORKGROUP) {
    let at = c * args.nodes + node;
    let gradient = d_frame[at];
    dy[node * args.stride + c] += gradient * scale_c;
    if (WITH_D_LAST && is_residual) {
      d_last[at] += gradient;
    }
  }
}
