// Register tiles: one invocation adds up 8 k by 16 columns of one chunk of rows, four rows at a time.

const WORKGROUP = 64u;

/// acc + x dy for one k and four rows, in ascending order of rows: every variant sums in this order.
fn multiply_add(acc: vec4f, x: vec4f, dy: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), dy[3], fma(vec4f(x.z), dy[2], fma(vec4f(x.y), dy[1], fma(vec4f(x.x), dy[0], acc))));
}

/// One k and four vec4 columns.
fn multiply_add_columns(acc: mat4x4f, x: vec4f, dy: array<mat4x4f, 4>) -> mat4x4f {
  return mat4x4f(
    multiply_add(acc[0], x, dy[0]),
    multiply_add(acc[1], x, dy[1]),
    multiply_add(acc[2], x, dy[2]),
    multiply_add(acc[3], x, dy[3]),
  );
}

/// Rows r to r + 3 of one vec4 column of dy; zeros from row `end` on.
fn four_rows_of_dy(r: u32, end: u32, column: u32) -> mat4x4f {
  let last = end - 1u;
  return mat4x4f(
    load_dy(r * args.columns + column),
    select(vec4f(), load_dy(min(r + 1u, last) * args.columns + column), r + 1u < end),
    select(vec4f(), load_dy(min(r + 2u, last) * args.columns + column), r + 2u < end),
    select(vec4f(), load_dy(min(r + 3u, last) * args.columns + column), r + 3u < end),
  );
}

/// Four k of rows r to r + 3 of x, a vec4f of rows for each k. Rows from `end` on meet zeros of dy.
fn four_rows_of_x(r: u32, end: u32, k: u32) -> mat4x4f {
  let last = end - 1u;
  return transpose(mat4x4f(
    load_x(r * args.inner + k),
    load_x(min(r + 1u, last) * args.inner + k),
    load_x(min(r + 2u, last) * args.inner + k),
    load_x(min(r + 3u, last) * args.inner + k),
  ));
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
  let column = tile % args.column_tiles * 4u;
  let k = tile / args.column_tiles % args.inner_tiles * 2u;
  let chunk = tile / args.column_tiles / args.inner_tiles;
  let end = min((chunk + 1u) * args.rows_per_chunk, args.rows);

  // What lies past the last k or column reads the last one again and is not written.
  let last_column = args.columns - 1u;
  var acc0 = mat4x4f();
  var acc1 = mat4x4f();
  var acc2 = mat4x4f();
  var acc3 = mat4x4f();
  var acc4 = mat4x4f();
  var acc5 = mat4x4f();
  var acc6 = mat4x4f();
  var acc7 = mat4x4f();
  var bias = mat4x4f();
  for (var r = chunk * args.rows_per_chunk; r < end; r += 4u) {
    let dy4 = array<mat4x4f, 4>(
      four_rows_of_dy(r, end, column),
      four_rows_of_dy(r, end, min(column + 1u, last_column)),
      four_rows_of_dy(r, end, min(column + 2u, last_column)),
      four_rows_of_dy(r, end, min(column + 3u, last_column)),
    );
    let x0 = four_rows_of_x(r, end, k);
    let x1 = four_rows_of_x(r, end, min(k + 1u, args.inner - 1u));
    acc0 = multiply_add_columns(acc0, x0[0], dy4);
    acc1 = multiply_add_columns(acc1, x0[1], dy4);
    acc2 = multiply_add_columns(acc2, x0[2], dy4);
    acc3 = multiply_add_columns(acc3, x0[3], dy4);
    acc4 = multiply_add_columns(acc4, x1[0], dy4);
    acc5 = multiply_add_columns(acc5, x1[1], dy4);
    acc6 = multiply_add_columns(acc6, x1[2], dy4);
    acc7 = multiply_add_columns(acc7, x1[3], dy4);
    if (WITH_BIAS) {
      bias = multiply_add_columns(bias, vec4f(1), dy4);
    }
  }

  var sums = array<mat4x4f, 8>(acc0, acc1, acc2, acc3, acc4, acc5, acc6, acc7);
  let start = chunk * (4u * args.inner + 1u);
  let ks = min(8u, 4u * (args.inner - k));
  let columns = min(4u, args.columns - column);
  for (var i = 0u; i < ks; i++) {
    for (var c = 0u; c < columns; c++) {
      partial[(start + 4u * k + i) * args.columns + column + c] = sums[i][c];
    }
  }
  if (WITH_BIAS && k == 0u) {
    for (var c = 0u; c < columns; c++) {
      partial[(start + 4u * args.inner) * args.columns + column + c] = bias[c];
    }
  }
}
