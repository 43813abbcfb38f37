// A workgroup takes one plane of a block of grid nodes.

const WORKGROUP = 64u;
const BLOCK = 512u;
const NO_CHANNEL = 0xffffffffu;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let plane = i % args.planes;
  let start = i / args.planes * BLOCK;
  let end = min(start + BLOCK, args.nodes);
  let c = channel[plane];
  if (c == NO_CHANNEL) {
    return;
  }
  let scale_c = scale[c];
  for (var node = start + local.x; node < end; node += WORKGROUP) {
    d_planes[plane * args.nodes + node] += dx[node * args.stride + c] / scale_c;
  }
}
