// One invocation adds one channel over the grid nodes k, k + chunks, k + 2 chunks, ... of chunk k: neighbouring
// invocations read neighbouring nodes of a plane, and all of a workgroup the same channel.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = workgroup.x + workgroup.y * workgroups.x;
  let c = i % args.stride;
  let chunk = i / args.stride * WORKGROUP + local.x;
  if (chunk >= args.chunks) {
    return;
  }
  if (c >= args.channels) {
    partial[chunk * args.stride + c] = 0; // padding
    return;
  }
  let scale_c = scale[c];
  let mean_c = mean[c];
  let is_residual = residual[c] != 0u;
  var total = 0.0;
  for (var node = chunk; node < args.nodes; node += args.chunks) {
    let at = c * args.nodes + node;
    let origin = select(mean_c, last[at], is_residual);
    let error = y[node * args.stride + c] - (truth[at] - origin) / scale_c;
    total += area[node] * error * error;
  }
  partial[chunk * args.stride + c] = total;
}
