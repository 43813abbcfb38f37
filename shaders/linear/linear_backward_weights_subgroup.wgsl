enable subgroups;

// Register tiles shared through the subgroup (see linear_subgroup.wgsl): LANES invocations (8 or 4) add up 32 k by 4 LANES
// columns of one chunk of rows, four rows at a time. Each lane loads its own four columns of dy and its own k of x.

const INNER = 8u; // vec4 k

/// acc + x dy for one k and four rows, in ascending order of rows: every variant sums in this order.
fn multiply_add(acc: vec4f, x: vec4f, dy: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), dy[3], fma(vec4f(x.z), dy[2], fma(vec4f(x.y), dy[1], fma(vec4f(x.x), dy[0], acc))));
}

/// Vec4 k number k of rows r to r3 of x, a vec4f of rows for each k.
fn four_rows_of_x(k: u32, r: u32, r1: u32, r2: u32, r3: u32) -> mat4x4f {
  return transpose(mat4x4f(
    load_x(r * args.inner + k),
    load_x(r1 * args.inner + k),
    load_x(r2 * args.inner + k),
    load_x(r3 * args.inner + k),
  ));
}

/// The four k whose x are held by `lane`.
fn multiply_add_inner(acc: mat4x4f, x: mat4x4f, lane: u32, dy: mat4x4f) -> mat4x4f {
  return mat4x4f(
    multiply_add(acc[0], subgroupShuffle(x[0], lane), dy),
    multiply_add(acc[1], subgroupShuffle(x[1], lane), dy),
    multiply_add(acc[2], subgroupShuffle(x[2], lane), dy),
    multiply_add(acc[3], subgroupShuffle(x[3], lane), dy),
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
  let column = tile % args.column_tiles * LANES + lane;
  let first_k = tile / args.column_tiles % args.inner_tiles * INNER;
  let chunk = tile / args.column_tiles / args.inner_tiles;
  let end = min((chunk + 1u) * args.rows_per_chunk, args.rows);

  // What lies past the last k or column reads the last one again and is not written. Rows past the end of the chunk
  // read its last one; dy is zero there.
  let read_column = min(column, args.columns - 1u);
  let read_k = min(first_k + lane, args.inner - 1u);
  let last = end - 1u;
  var acc0 = mat4x4f();
  var acc1 = mat4x4f();
  var acc2 = mat4x4f();
  var acc3 = mat4x4f();
  var acc4 = mat4x4f();
  var acc5 = mat4x4f();
  var acc6 = mat4x4f();
  var acc7 = mat4x4f();
  var bias = vec4f();
  for (var r = chunk * args.rows_per_chunk; r < end; r += 4u) {
    let r1 = min(r + 1u, last);
    let r2 = min(r + 2u, last);
    let r3 = min(r + 3u, last);
    let dy4 = mat4x4f(
      load_dy(r * args.columns + read_column),
      select(vec4f(), load_dy(r1 * args.columns + read_column), r + 1u < end),
      select(vec4f(), load_dy(r2 * args.columns + read_column), r + 2u < end),
      select(vec4f(), load_dy(r3 * args.columns + read_column), r + 3u < end),
    );
    let x4 = four_rows_of_x(read_k, r, r1, r2, r3);
    if (LANES == INNER) {
      acc0 = multiply_add_inner(acc0, x4, 0u, dy4);
      acc1 = multiply_add_inner(acc1, x4, 1u, dy4);
      acc2 = multiply_add_inner(acc2, x4, 2u, dy4);
      acc3 = multiply_add_inner(acc3, x4, 3u, dy4);
      acc4 = multiply_add_inner(acc4, x4, 4u, dy4);
      acc5 = multiply_add_inner(acc5, x4, 5u, dy4);
      acc6 = multiply_add_inner(acc6, x4, 6u, dy4);
      acc7 = multiply_add_inner(acc7, x4, 7u, dy4);
    } else {
      let upper_x4 = four_rows_of_x(min(first_k + LANES + lane, args.inner - 1u), r, r1, r2, r3);
      acc0 = multiply_add_inner(acc0, x4, 0u, dy4);
      acc1 = multiply_add_inner(acc1, x4, 1u, dy4);
      acc2 = multiply_add_inner(acc2, x4, 2u, dy4);
      acc3 = multiply_add_inner(acc3, x4, 3u, dy4);
      acc4 = multiply_add_inner(acc4, upper_x4, 0u, dy4);
      acc5 = multiply_add_inner(acc5, upper_x4, 1u, dy4);
      acc6 = multiply_add_inner(acc6, upper_x4, 2u, dy4);
      acc7 = multiply_add_inner(acc7, upper_x4, 3u, dy4);
    }
    if (WITH_BIAS) {
      bias = multiply_add(bias, vec4f(1), dy4);
    }
  }

  if (column >= args.columns) {
    return;
  }
  var sums = array<mat4x4f, INNER>(acc0, acc1, acc2, acc3, acc4, acc5, acc6, acc7);
  let start = chunk * (4u * args.inner + 1u);
  let ks = 4u * min(INNER, args.inner - first_k);
  for (var i = 0u; i < ks; i++) {
    partial[(start + 4u * first_k + i) * args.columns + column] = sums[i / 4u][i % 4u];
  }
  if (WITH_BIAS && first_k == 0u) {
    partial[(start + 4u * args.inner) * args.columns + column] = bias;
  }
}
