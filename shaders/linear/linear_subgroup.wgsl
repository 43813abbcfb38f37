enable subgroups;

// Register tiles shared through the subgroup: a workgroup of LANES invocations (8 or 4), all in one subgroup, computes 32
// rows by 4 LANES columns. Each lane loads its own four columns of w and its own rows of x; rows then go round by
// shuffles, which cost far less than loads on drivers that run on the CPU. All loads come before all arithmetic, so that
// the accumulators need not survive the branches of the driver's bounds checks.

const ROWS = 32u;

/// acc + x w for one row, k ascending in a single chain: every variant sums in this order.
fn multiply_add(acc: vec4f, x: vec4f, w: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), w[3], fma(vec4f(x.z), w[2], fma(vec4f(x.y), w[1], fma(vec4f(x.x), w[0], acc))));
}

/// Four rows, whose x are held by the lanes from `lane` on.
fn multiply_add_rows(acc: mat4x4f, x: vec4f, lane: u32, w: mat4x4f) -> mat4x4f {
  return mat4x4f(
    multiply_add(acc[0], subgroupShuffle(x, lane), w),
    multiply_add(acc[1], subgroupShuffle(x, lane + 1u), w),
    multiply_add(acc[2], subgroupShuffle(x, lane + 2u), w),
    multiply_add(acc[3], subgroupShuffle(x, lane + 3u), w),
  );
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  if (tile >= args.tiles) {
    return;
  }
  let first_row = tile / args.column_tiles * ROWS;
  let column = tile % args.column_tiles * LANES + lane;

  // Rows and columns past the end read the last one again; what they compute is not written.
  let last_row = args.rows - 1u;
  var w_index = min(column, args.columns - 1u);
  let row = first_row + lane;
  let x0_start = min(row, last_row) * args.inner;
  let x1_start = min(row + LANES, last_row) * args.inner;
  let x2_start = min(row + 2u * LANES, last_row) * args.inner;
  let x3_start = min(row + 3u * LANES, last_row) * args.inner;
  let x4_start = min(row + 4u * LANES, last_row) * args.inner;
  let x5_start = min(row + 5u * LANES, last_row) * args.inner;
  let x6_start = min(row + 6u * LANES, last_row) * args.inner;
  let x7_start = min(row + 7u * LANES, last_row) * args.inner;

  let start = initial(w_index);
  let start4 = mat4x4f(start, start, start, start);
  var acc0 = start4;
  var acc1 = start4;
  var acc2 = start4;
  var acc3 = start4;
  var acc4 = start4;
  var acc5 = start4;
  var acc6 = start4;
  var acc7 = start4;
  for (var k = 0u; k < args.inner; k++) {
    let n = args.columns;
    let w4 = mat4x4f(w[w_index], w[w_index + n], w[w_index + 2u * n], w[w_index + 3u * n]);
    w_index += 4u * n;
    let x0 = load_x(x0_start + k);
    let x1 = load_x(x1_start + k);
    let x2 = load_x(x2_start + k);
    let x3 = load_x(x3_start + k);
    if (LANES == 8u) {
      acc0 = multiply_add_rows(acc0, x0, 0u, w4);
      acc1 = multiply_add_rows(acc1, x0, 4u, w4);
      acc2 = multiply_add_rows(acc2, x1, 0u, w4);
      acc3 = multiply_add_rows(acc3, x1, 4u, w4);
      acc4 = multiply_add_rows(acc4, x2, 0u, w4);
      acc5 = multiply_add_rows(acc5, x2, 4u, w4);
      acc6 = multiply_add_rows(acc6, x3, 0u, w4);
      acc7 = multiply_add_rows(acc7, x3, 4u, w4);
    } else {
      let x4 = load_x(x4_start + k);
      let x5 = load_x(x5_start + k);
      let x6 = load_x(x6_start + k);
      let x7 = load_x(x7_start + k);
      acc0 = multiply_add_rows(acc0, x0, 0u, w4);
      acc1 = multiply_add_rows(acc1, x1, 0u, w4);
      acc2 = multiply_add_rows(acc2, x2, 0u, w4);
      acc3 = multiply_add_rows(acc3, x3, 0u, w4);
      acc4 = multiply_add_rows(acc4, x4, 0u, w4);
      acc5 = multiply_add_rows(acc5, x5, 0u, w4);
      acc6 = multiply_add_rows(acc6, x6, 0u, w4);
      acc7 = multiply_add_rows(acc7, x7, 0u, w4);
    }
  }

  if (column >= args.columns) {
    return;
  }
  var sums = array<mat4x4f, ROWS / 4u>(acc0, acc1, acc2, acc3, acc4, acc5, acc6, acc7);
  let rows = min(ROWS, args.rows - first_row);
  for (var r = 0u; r < rows; r++) {
    finish(first_row + r, column, sums[r / 4u][r % 4u]);
  }
}
