// Register tiles: one invocation computes 8 rows by 16 columns and shares nothing, so that it runs everywhere.
// All loads come before all arithmetic (see linear_subgroup.wgsl).

const WORKGROUP = 64u;
const ROWS = 8u;

/// acc + x w for one row, k ascending in a single chain: every variant sums in this order.
fn multiply_add(acc: vec4f, x: vec4f, w: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), w[3], fma(vec4f(x.z), w[2], fma(vec4f(x.y), w[1], fma(vec4f(x.x), w[0], acc))));
}

/// One row and four vec4 columns.
fn multiply_add_columns(acc: mat4x4f, x: vec4f, w: array<mat4x4f, 4>) -> mat4x4f {
  return mat4x4f(
    multiply_add(acc[0], x, w[0]),
    multiply_add(acc[1], x, w[1]),
    multiply_add(acc[2], x, w[2]),
    multiply_add(acc[3], x, w[3]),
  );
}

/// Rows k to k + 3 of one vec4 column of w; `i` is where row k has it.
fn load_w(i: u32) -> mat4x4f {
  let n = args.columns;
  return mat4x4f(w[i], w[i + n], w[i + 2u * n], w[i + 3u * n]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + lane;
  if (tile >= args.tiles) {
    return;
  }
  let first_row = tile / args.column_tiles * ROWS;
  let column = tile % args.column_tiles * 4u;

  // Rows and columns past the end read the last one again; what they compute is not written.
  let last_row = args.rows - 1u;
  let last_column = args.columns - 1u;
  let x0_start = first_row * args.inner;
  let x1_start = min(first_row + 1u, last_row) * args.inner;
  let x2_start = min(first_row + 2u, last_row) * args.inner;
  let x3_start = min(first_row + 3u, last_row) * args.inner;
  let x4_start = min(first_row + 4u, last_row) * args.inner;
  let x5_start = min(first_row + 5u, last_row) * args.inner;
  let x6_start = min(first_row + 6u, last_row) * args.inner;
  let x7_start = min(first_row + 7u, last_row) * args.inner;

  let start = mat4x4f(
    initial(column),
    initial(min(column + 1u, last_column)),
    initial(min(column + 2u, last_column)),
    initial(min(column + 3u, last_column)),
  );
  var acc0 = start;
  var acc1 = start;
  var acc2 = start;
  var acc3 = start;
  var acc4 = start;
  var acc5 = start;
  var acc6 = start;
  var acc7 = start;
  for (var k = 0u; k < args.inner; k++) {
    let w_start = 4u * k * args.columns;
    let w4 = array<mat4x4f, 4>(
      load_w(w_start + column),
      load_w(w_start + min(column + 1u, last_column)),
      load_w(w_start + min(column + 2u, last_column)),
      load_w(w_start + min(column + 3u, last_column)),
    );
    let x0 = load_x(x0_start + k);
    let x1 = load_x(x1_start + k);
    let x2 = load_x(x2_start + k);
    let x3 = load_x(x3_start + k);
    let x4 = load_x(x4_start + k);
    let x5 = load_x(x5_start + k);
    let x6 = load_x(x6_start + k);
    let x7 = load_x(x7_start + k);
    acc0 = multiply_add_columns(acc0, x0, w4);
    acc1 = multiply_add_columns(acc1, x1, w4);
    acc2 = multiply_add_columns(acc2, x2, w4);
    acc3 = multiply_add_columns(acc3, x3, w4);
    acc4 = multiply_add_columns(acc4, x4, w4);
    acc5 = multiply_add_columns(acc5, x5, w4);
    acc6 = multiply_add_columns(acc6, x6, w4);
    acc7 = multiply_add_columns(acc7, x7, w4);
  }

  var sums = array<mat4x4f, ROWS>(acc0, acc1, acc2, acc3, acc4, acc5, acc6, acc7);
  let rows = min(ROWS, args.rows - first_row);
  let columns = min(4u, args.columns - column);
  for (var r = 0u; r < rows; r++) {
    for (var c = 0u; c < columns; c++) {
      finish(first_row + r, column + c, sums[r][c]);
    }
  }
}
