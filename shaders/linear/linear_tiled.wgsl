// Tiles in workgroup memory: 64 invocations compute 64 rows by 64 columns, each 8 rows by 8 columns, and share 16 k of x
// and w at a time, so that each number is loaded from storage once per tile instead of once per invocation.

const WORKGROUP = 64u;
const ROWS = 64u;
const COLUMNS = 16u; // vec4 columns of the tile
const DEPTH = 4u; // vec4 k at a time

/// x of the tile, transposed: [16 k, 64 rows], four rows in a vec4f.
var<workgroup> x_tile: array<array<vec4f, 16>, 16>;
/// w of the tile: [16 k, 64 columns].
var<workgroup> w_tile: array<array<vec4f, 16>, 16>;

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
  let first_row = tile / args.column_tiles * ROWS;
  let first_column = tile % args.column_tiles * COLUMNS;
  // Rows 4 a to 4 a + 3 and 4 a + 32 to 4 a + 35; vec4 columns b and b + 8: neighbours touch neighbouring memory.
  let a = lane / 8u;
  let b = lane % 8u;

  var acc: array<array<vec4f, 2>, 8>;
  for (var j = 0u; j < 2u; j++) {
    let start = initial(min(first_column + b + j * 8u, args.columns - 1u));
    for (var i = 0u; i < 8u; i++) {
      acc[i][j] = start;
    }
  }
  for (var start = 0u; start < args.inner; start += DEPTH) {
    workgroupBarrier();
    // Each invocation brings four rows by four k of x, transposed, and four vec4f of w. Zeros past the end of k.
    {
      let quad = lane / DEPTH;
      let k = start + lane % DEPTH;
      var loaded = mat4x4f();
      if (k < args.inner) {
        for (var i = 0u; i < 4u; i++) {
          loaded[i] = x[min(first_row + quad * 4u + i, args.rows - 1u) * args.inner + k];
        }
      }
      let transposed = transpose(loaded);
      for (var i = 0u; i < 4u; i++) {
        x_tile[lane % DEPTH * 4u + i][quad] = transposed[i];
      }
      for (var i = 0u; i < 4u; i++) {
        let depth = i * 4u + lane / COLUMNS;
        let column = first_column + lane % COLUMNS;
        var value = vec4f();
        if (start * 4u + depth < args.inner * 4u) {
          value = w[(start * 4u + depth) * args.columns + min(column, args.columns - 1u)];
        }
        w_tile[depth][lane % COLUMNS] = value;
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < 4u * DEPTH; k++) {
      let x0 = x_tile[k][a];
      let x1 = x_tile[k][a + 8u];
      let w0 = w_tile[k][b];
      let w1 = w_tile[k][b + 8u];
      for (var i = 0u; i < 4u; i++) {
        acc[i][0] = fma(vec4f(x0[i]), w0, acc[i][0]);
        acc[i][1] = fma(vec4f(x0[i]), w1, acc[i][1]);
        acc[i + 4u][0] = fma(vec4f(x1[i]), w0, acc[i + 4u][0]);
        acc[i + 4u][1] = fma(vec4f(x1[i]), w1, acc[i + 4u][1]);
      }
    }
  }

  for (var i = 0u; i < 8u; i++) {
    let row = first_row + a * 4u + i % 4u + i / 4u * 32u;
    for (var j = 0u; j < 2u; j++) {
      let column = first_column + b + j * 8u;
      if (row < args.rows && column < args.columns) {
        finish(row, column, acc[i][j]);
      }
    }
  }
}
