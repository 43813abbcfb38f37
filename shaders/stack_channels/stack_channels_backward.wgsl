// A workgroup takes 64 grid nodes of one plane.

const WORKGROUP = 64u;
const NO_CHANNEL = 0xffffffffu;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let plane = i % args.planes;
  let node = i / args.planes * WORKGROUP + local.x;
  let c = channel[plane];
  if (node >= args.nodes || c == NO_CHANNEL) {
    return;
  }
  d_planes[plane * args.nodes + node] += dx[node * args.columns + c / 4u][c % 4u] / scale[c];
}
