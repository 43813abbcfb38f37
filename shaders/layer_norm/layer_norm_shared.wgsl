// Invocations share a row (see shared_row.wgsl). Rows past the end are the last one again and are not written.

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
  let start = min(row, args.rows - 1u) * args.columns;
  let x = load_share(invocation, start);
  let found = statistics_of(invocation, x);
  for (var i = 0u; i < SHARE; i++) {
    let column = share_column(invocation, i);
    if (row >= args.rows || column >= args.columns) {
      continue;
    }
    let value = inside((x[i] - found.x) * found.y * scale[column] + offset[column], column);
    if (WITH_Y) {
      store_y(start + column, value);
    }
    if (WITH_SUM) {
      store_sum(start + column, load_residual(start + column) + value);
    }
  }
  if (WITH_STATISTICS && row < args.rows && invocation % LANES == 0u) {
    statistics[row] = vec4f(found, 0, 0);
  }
}
