// Tiles in workgroup memory: 64 invocations add up 64 k by 64 columns of one chunk of rows, each 8 k by 8 columns, and
// share 16 rows of x and dy at a time.

const WORKGROUP = 64u;
const COLUMNS = 16u; // vec4 columns of the tile, and vec4 k
const DEPTH = 16u; // rows at a time

/// [16 rows, 64 k] and [16 rows, 64 columns].
var<workgroup> x_tile: array<array<vec4f, COLUMNS>, DEPTH>;
var<workgroup> dy_tile: array<array<vec4f, COLUMNS>, DEPTH>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  if (tile >= args.tiles) {
    return;
  }
  let first_column = tile % args.column_tiles * COLUMNS;
  let first_k = tile / args.column_tiles % args.inner_tiles * COLUMNS;
  let chunk = tile / args.column_tiles / args.inner_tiles;
  let end = min((chunk + 1u) * args.rows_per_chunk, args.rows);
  // k 4 a to 4 a + 3 and 32 more; vec4 columns b and b + 8: neighbours touch neighbouring memory.
  let a = lane / 8u;
  let b = lane % 8u;

  var acc: array<array<vec4f, 2>, 8>;
  var bias: array<vec4f, 2>;
  for (var start = chunk * args.rows_per_chunk; start < end; start += DEPTH) {
    workgroupBarrier();
    // Zeros past the end of the chunk; past the last k or column the last one again, which is not written.
    for (var i = 0u; i < 4u; i++) {
      let depth = i * 4u + lane / COLUMNS;
      let r = start + depth;
      var x_value = vec4f();
      var dy_value = vec4f();
      if (r < end) {
        x_value = x[r * args.inner + min(first_k + lane % COLUMNS, args.inner - 1u)];
        dy_value = dy[r * args.columns + min(first_column + lane % COLUMNS, args.columns - 1u)];
      }
      x_tile[depth][lane % COLUMNS] = x_value;
      dy_tile[depth][lane % COLUMNS] = dy_value;
    }
    workgroupBarrier();
    for (var r = 0u; r < DEPTH; r++) {
      let x0 = x_tile[r][a];
      let x1 = x_tile[r][a + 8u];
      let dy0 = dy_tile[r][b];
      let dy1 = dy_tile[r][b + 8u];
      for (var i = 0u; i < 4u; i++) {
        acc[i][0] = fma(vec4f(x0[i]), dy0, acc[i][0]);
        acc[i][1] = fma(vec4f(x0[i]), dy1, acc[i][1]);
        acc[i + 4u][0] = fma(vec4f(x1[i]), dy0, acc[i + 4u][0]);
        acc[i + 4u][1] = fma(vec4f(x1[i]), dy1, acc[i + 4u][1]);
      }
      if (WITH_BIAS) {
        bias[0] += dy0;
        bias[1] += dy1;
      }
    }
  }

  let partial_start = chunk * (4u * args.inner + 1u);
  for (var j = 0u; j < 2u; j++) {
    let column = first_column + b + j * 8u;
    if (column >= args.columns) {
      continue;
    }
    for (var i = 0u; i < 8u; i++) {
      let k = 4u * (first_k + a) + i % 4u + i / 4u * 32u;
      if (k < 4u * args.inner) {
        partial[(partial_start + k) * args.columns + column] = acc[i][j];
      }
    }
    if (WITH_BIAS && first_k == 0u && a == 0u) {
      partial[(partial_start + 4u * args.inner) * args.columns + column] = bias[j];
    }
  }
}
