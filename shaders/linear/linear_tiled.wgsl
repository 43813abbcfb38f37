// Tiles in workgroup memory: a workgroup computes TILE_ROWS rows by TILE_COLUMNS vec4 columns, each invocation ROWS rows by
// COLUMNS vec4 columns of them. DEPTH vec4 k of x and w at a time are shared, so that each number is loaded from storage
// once per tile instead of once per invocation; the next ones are on their way while products are computed. How numbers lie
// in the tiles is said by tile_float32.wgsl or tile_half.wgsl.

const LANES_DOWN = TILE_ROWS / ROWS;
const LANES_ACROSS = TILE_COLUMNS / COLUMNS;
const WORKGROUP = LANES_DOWN * LANES_ACROSS;

/// [rows, vec4 k], the k of each row permuted, so that neighbouring rows lie in different banks.
var<workgroup> x_tile: array<Rows, TILE_ROWS * DEPTH>;
/// [k, vec4 columns]
var<workgroup> w_tile: array<Weights, 4u * DEPTH * TILE_COLUMNS>;

fn x_place(row: u32, k: u32) -> u32 {
  return row * DEPTH + (k ^ (row % DEPTH));
}

/// What one invocation brings of x and w for the products from vec4 k `start` on. What lies past the last row, column or
/// k reads the last one again and is neither used nor written.
struct Share {
  x: array<Rows, TILE_ROWS * DEPTH / WORKGROUP>,
  w: array<vec4f, 4u * DEPTH * TILE_COLUMNS / WORKGROUP>,
}

fn bring(lane: u32, first_row: u32, first_column: u32, start: u32) -> Share {
  var share: Share;
  for (var i = 0u; i < TILE_ROWS * DEPTH / WORKGROUP; i++) {
    let place = lane + i * WORKGROUP;
    let row = min(first_row + place / DEPTH, args.rows - 1u);
    share.x[i] = bring_x(row * args.inner + min(start + place % DEPTH, args.inner - 1u));
  }
  for (var i = 0u; i < 4u * DEPTH * TILE_COLUMNS / WORKGROUP; i++) {
    let place = lane + i * WORKGROUP;
    let k = min(4u * start + place / TILE_COLUMNS, 4u * args.inner - 1u);
    share.w[i] = w[k * args.columns + min(first_column + place % TILE_COLUMNS, args.columns - 1u)];
  }
  return share;
}

/// acc + x w for one row, k ascending in a single chain: every variant sums in this order.
fn multiply_add(acc: vec4f, x: vec4f, w: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), w[3], fma(vec4f(x.z), w[2], fma(vec4f(x.y), w[1], fma(vec4f(x.x), w[0], acc))));
}

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
  let first_row = tile / args.column_tiles * TILE_ROWS;
  let first_column = tile % args.column_tiles * TILE_COLUMNS;
  // Rows a, a + LANES_DOWN, ... and vec4 columns b, b + LANES_ACROSS, ...: neighbours touch neighbouring memory.
  let a = lane / LANES_ACROSS;
  let b = lane % LANES_ACROSS;

  var acc: array<array<vec4f, COLUMNS>, ROWS>;
  for (var j = 0u; j < COLUMNS; j++) {
    let start = initial(min(first_column + b + j * LANES_ACROSS, args.columns - 1u));
    for (var i = 0u; i < ROWS; i++) {
      acc[i][j] = start;
    }
  }
  var share = bring(lane, first_row, first_column, 0u);
  for (var start = 0u; start < args.inner; start += DEPTH) {
    workgroupBarrier();
    for (var i = 0u; i < TILE_ROWS * DEPTH / WORKGROUP; i++) {
      let place = lane + i * WORKGROUP;
      x_tile[x_place(place / DEPTH, place % DEPTH)] = share.x[i];
    }
    for (var i = 0u; i < 4u * DEPTH * TILE_COLUMNS / WORKGROUP; i++) {
      w_tile[lane + i * WORKGROUP] = keep_weights(share.w[i]);
    }
    workgroupBarrier();
    if (start + DEPTH < args.inner) {
      share = bring(lane, first_row, first_column, start + DEPTH);
    }
    let depth = min(DEPTH, args.inner - start);
    for (var k = 0u; k < depth; k++) {
      var x4: array<vec4f, ROWS>;
      for (var i = 0u; i < ROWS; i++) {
        x4[i] = kept_rows(x_tile[x_place(a + i * LANES_DOWN, k)]);
      }
      for (var j = 0u; j < COLUMNS; j++) {
        let w_start = 4u * k * TILE_COLUMNS + b + j * LANES_ACROSS;
        let w4 = mat4x4f(
          kept_weights(w_tile[w_start]),
          kept_weights(w_tile[w_start + TILE_COLUMNS]),
          kept_weights(w_tile[w_start + 2u * TILE_COLUMNS]),
          kept_weights(w_tile[w_start + 3u * TILE_COLUMNS]),
        );
        for (var i = 0u; i < ROWS; i++) {
          acc[i][j] = multiply_add(acc[i][j], x4[i], w4);
        }
      }
    }
  }

  for (var i = 0u; i < ROWS; i++) {
    let row = first_row + a + i * LANES_DOWN;
    for (var j = 0u; j < COLUMNS; j++) {
      let column = first_column + b + j * LANES_ACROSS;
      if (row < args.rows && column < args.columns) {
        finish(row, column, acc[i][j]);
      }
    }
  }
}
