// One invocation takes one row:
//   dx = (gs - mean(gs) - xhat mean(gs xhat)) / deviation,   gs = g scale,   g = dy + table[index].

const WORKGROUP = 64u;

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
  let mean = statistics[row].x;
  let inverse_deviation = statistics[row].y;
  var table_start = 0u;
  if (WITH_TABLE) {
    table_start = index[row] * args.columns;
  }

  var total = vec4f();
  var total_product = vec4f();
  for (var column = 0u; column < args.columns; column++) {
    let scaled = incoming(start, table_start, column) * scale[column];
    total += scaled;
    total_product += scaled * inside(load_x(start + column) - mean, column);
  }
  let mean_scaled = dot(total, vec4f(1)) / f32(args.width);
  let mean_product = dot(total_product, vec4f(1)) * inverse_deviation / f32(args.width);

  for (var column = 0u; column < args.columns; column++) {
    let scaled = incoming(start, table_start, column) * scale[column];
    let normalised = (load_x(start + column) - mean) * inverse_deviation;
    store_dx(start + column, inside((scaled - mean_scaled - normalised * mean_product) * inverse_deviation, column));
  }
}

/// The gradient that reaches the layer's output: vec4 number `column` of the row that starts at `start`.
fn incoming(start: u32, table_start: u32, column: u32) -> vec4f {
  var gradient = vec4f();
  if (WITH_DY) {
    gradient = load_dy(start + column);
  }
  if (WITH_TABLE) {
    gradient += load_table(table_start + column);
  }
  return gradient;
}
