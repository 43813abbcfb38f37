enable subgroups;

// Register tiles shared through the subgroup: a workgroup of eight invocations, all in one subgroup of at least
// eight, computes 32 rows by 32 columns. Each lane loads its own four columns of w and its own four rows of x; rows
// then go round by shuffles, which cost far less than loads on drivers that run on the CPU. All loads come before all
// arithmetic, so that the accumulators need not survive the branches of the driver's bounds checks.

const LANES = 8u;
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
  let x1_start = min(row + 8u, last_row) * args.inner;
  let x2_start = min(row + 16u, last_row) * args.inner;
  let x3_start = min(row + 24u, last_row) * args.inner;

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
    let x0 = x[x0_start + k];
    let x1 = x[x1_start + k];
    let x2 = x[x2_start + k];
    let x3 = x[x3_start + k];
    acc0 = multiply_add_rows(acc0, x0, 0u, w4);
    acc1 = multiply_add_rows(acc1, x0, 4u, w4);
    acc2 = multiply_add_rows(acc2, x1, 0u, w4);
    acc3 = multiply_add_rows(acc3, x1, 4u, w4);
    acc4 = multiply_add_rows(acc4, x2, 0u, w4);
    acc5 = multiply_add_rows(acc5, x2, 4u, w4);
    acc6 = multiply_add_rows(acc6, x3, 0u, w4);
    acc7 = multiply_add_rows(acc7, x3, 4u, w4);
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
