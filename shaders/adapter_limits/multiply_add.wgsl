// Chains of dependent multiply-adds, four vec4f wide, so that the units are full and memory is idle. Four links to a round,
// so that counting rounds costs little beside them.

/// One link of each chain; every chain takes its next term from its neighbour.
fn link(v: mat4x4f) -> mat4x4f {
  let factor = vec4f(0.5, 0.25, 0.125, 0.75);
  let a = fma(v[0], factor, v[1]);
  return mat4x4f(a, fma(v[1], factor, v[2]), fma(v[2], factor, v[3]), fma(v[3], factor, a));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = (group.x + group.y * groups.x) * 64u + local;
  let start = f32(i & 7u);
  var v = mat4x4f(vec4f(start), vec4f(start + 1.0), vec4f(start + 2.0), vec4f(start + 3.0));
  for (var k = 0u; k < args.rounds; k++) {
    v = link(link(link(link(v))));
  }
  if (i < arrayLength(&y)) {
    y[i] = v[0] + v[1] + v[2] + v[3];
  }
}
