// Chains of dependent multiply-adds, four vec4f wide, so that the units are full and memory is idle.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let start = f32(i & 7u);
  let factor = vec4f(0.5, 0.25, 0.125, 0.75);
  var a = vec4f(start);
  var b = vec4f(start + 1.0);
  var c = vec4f(start + 2.0);
  var d = vec4f(start + 3.0);
  for (var k = 0u; k < args.rounds; k++) {
    a = fma(a, factor, b);
    b = fma(b, factor, c);
    c = fma(c, factor, d);
    d = fma(d, factor, a);
  }
  if (i < arrayLength(&y)) {
    y[i] = a + b + c + d;
  }
}
