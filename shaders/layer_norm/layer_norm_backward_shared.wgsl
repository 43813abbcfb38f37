// The gradient of layer_norm_backward.wgsl, by invocations that share a row (see shared_row.wgsl). Rows past the end are
// the last one again and are not written.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let first = (workgroup.x + workgroup.y * workgroups.x) * ROWS;
  if (first >= args.rows) {
    return;
  }
  let row = first + invocation / LANES;
  let held_row = min(row, args.rows - 1u);
  let start = held_row * args.columns;
  let mean = statistics[held_row].x;
  let inverse_deviation = statistics[held_row].y;
  var table_start = 0u;
  if (WITH_TABLE) {
    table_start = index[held_row] * args.columns;
  }

  let x = load_share(invocation, start);
  var scaled: Share;
  var total = vec4f();
  var total_product = vec4f();
  for (var i = 0u; i < SHARE; i++) {
    let column = share_column(invocation, i);
    let near_column = near(column);
    var gradient = vec4f();
    if (WITH_DY) {
      gradient = load_dy(start + near_column);
    }
    if (WITH_TABLE) {
      gradient += load_table(table_start + near_column);
    }
    scaled[i] = inside(gradient * scale[near_column], column);
    total += scaled[i];
    total_product += scaled[i] * inside(x[i] - mean, column);
  }
  let sums = row_sums(0u, invocation, vec2f(dot(total, vec4f(1)), dot(total_product, vec4f(1))));
  let mean_scaled = sums.x / f32(args.width);
  let mean_product = sums.y * inverse_deviation / f32(args.width);

  for (var i = 0u; i < SHARE; i++) {
    let column = share_column(invocation, i);
    if (row < args.rows && column < args.columns) {
      let normalised = (x[i] - mean) * inverse_deviation;
      let value = (scaled[i] - mean_scaled - normalised * mean_product) * inverse_deviation;
      store_dx(start + column, inside(value, column));
    }
  }
}
