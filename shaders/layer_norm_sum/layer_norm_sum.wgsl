// A workgroup takes a receiver: it normalises its messages ROWS at a time, their lanes sharing a row (see
// layer_norm/shared_row.wgsl), and adds them up in ascending order.

/// vec4 columns of the sum that an invocation adds up: number i is `invocation` + i WORKGROUP.
const SUM_SHARE = (SHARE * LANES + WORKGROUP - 1u) / WORKGROUP;
/// [ROWS, vec4 columns]
var<workgroup> messages: array<vec4f, ROWS * SHARE * LANES>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let segment = workgroup.x + workgroup.y * workgroups.x;
  if (segment >= args.segments) {
    return;
  }
  var totals: array<vec4f, SUM_SHARE>;
  let end = starts[segment + 1u];
  for (var first = starts[segment]; first < end; first += ROWS) {
    let row = first + invocation / LANES;
    let start = min(row, end - 1u) * args.columns;
    let x = load_share(invocation, start);
    let found = statistics_of(invocation, x);
    for (var i = 0u; i < SHARE; i++) {
      let column = share_column(invocation, i);
      let near_column = near(column);
      let value = inside((x[i] - found.x) * found.y * scale[near_column] + offset[near_column], column);
      messages[invocation / LANES * SHARE * LANES + column] = value;
      if (row < end && column < args.columns) {
        if (WITH_Y) {
          store_y(start + column, value);
        }
        if (WITH_SUM) {
          store_sum(start + column, load_residual(start + column) + value);
        }
      }
    }
    if (WITH_STATISTICS && row < end && invocation % LANES == 0u) {
      statistics[row] = vec4f(found, 0, 0);
    }
    // The next messages are written past the barriers of their statistics, when all have read these.
    workgroupBarrier();
    let rows = min(ROWS, end - first);
    for (var r = 0u; r < rows; r++) {
      for (var i = 0u; i < SUM_SHARE; i++) {
        totals[i] += messages[r * SHARE * LANES + min(invocation + i * WORKGROUP, SHARE * LANES - 1u)];
      }
    }
  }
  for (var i = 0u; i < SUM_SHARE; i++) {
    let column = invocation + i * WORKGROUP;
    if (column < args.columns) {
      store_out(segment * args.columns + column, totals[i]);
    }
  }
}
