// One invocation normalises one row, so no invocation waits for another.

const WORKGROUP = 64u;
const EPSILON = 1e-5;

/// `value` with zeros where vec4 number `column` of a row reaches past the true width.
fn inside(value: vec4f, column: u32) -> vec4f {
  if (!PADDED) {
    return value;
  }
  return select(vec4f(), value, vec4u(4u * column) + vec4u(0u, 1u, 2u, 3u) < vec4u(args.width));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  if (row >= args.rows) {
    return;
  }
  let start = row * args.columns;

  var total = vec4f();
  for (var column = 0u; column < args.columns; column++) {
    total += load_x(start + column);
  }
  let mean = dot(total, vec4f(1)) / f32(args.width);

  var squares = vec4f();
  for (var column = 0u; column < args.columns; column++) {
    let deviation = inside(load_x(start + column) - mean, column);
    squares += deviation * deviation;
  }
  let inverse_deviation = 1 / sqrt(dot(squares, vec4f(1)) / f32(args.width) + EPSILON);

  for (var column = 0u; column < args.columns; column++) {
    let normalised = (load_x(start + column) - mean) * inverse_deviation;
    let value = inside(normalised * scale[column] + offset[column], column);
    if (WITH_Y) {
      store_y(start + column, value);
    }
    if (WITH_SUM) {
      store_sum(start + column, load_residual(start + column) + value);
    }
  }
  if (WITH_STATISTICS) {
    statistics[row] = vec4f(mean, inverse_deviation, 0, 0);
  }
}
