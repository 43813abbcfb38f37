// Tiles in workgroup memory: a workgroup adds up TILE_INNER vec4 k by TILE_COLUMNS vec4 columns of one chunk of rows, each
// invocation INNER vec4 k by COLUMNS vec4 columns of them. DEPTH rows of x and dy at a time are shared; the next ones are
// on their way while products are computed. How numbers lie in the tiles is said by tile_float32.wgsl or tile_half.wgsl.

const LANES_DOWN = TILE_INNER / INNER;
const LANES_ACROSS = TILE_COLUMNS / COLUMNS;
const WORKGROUP = LANES_DOWN * LANES_ACROSS;

/// [rows, vec4 k] and [rows, vec4 columns]
var<workgroup> x_tile: array<Rows, DEPTH * TILE_INNER>;
var<workgroup> dy_tile: array<Rows, DEPTH * TILE_COLUMNS>;

/// What one invocation brings of x and dy for the products from row `start` on. What lies past the last row, column or k
/// reads the last one again and is neither used nor written.
struct Share {
  x: array<Rows, DEPTH * TILE_INNER / WORKGROUP>,
  dy: array<Rows, DEPTH * TILE_COLUMNS / WORKGROUP>,
}

fn bring(lane: u32, first_k: u32, first_column: u32, start: u32) -> Share {
  var share: Share;
  for (var i = 0u; i < DEPTH * TILE_INNER / WORKGROUP; i++) {
    let place = lane + i * WORKGROUP;
    let row = min(start + place / TILE_INNER, args.rows - 1u);
    share.x[i] = bring_x(row * args.inner + min(first_k + place % TILE_INNER, args.inner - 1u));
  }
  for (var i = 0u; i < DEPTH * TILE_COLUMNS / WORKGROUP; i++) {
    let place = lane + i * WORKGROUP;
    let row = min(start + place / TILE_COLUMNS, args.rows - 1u);
    share.dy[i] = bring_dy(row * args.columns + min(first_column + place % TILE_COLUMNS, args.columns - 1u));
  }
  return share;
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
  let first_column = tile % args.column_tiles * TILE_COLUMNS;
  let first_k = tile / args.column_tiles % args.inner_tiles * TILE_INNER;
  let chunk = tile / args.column_tiles / args.inner_tiles;
  let first_row = chunk * args.rows_per_chunk;
  let end = min(first_row + args.rows_per_chunk, args.rows);
  // Vec4 k a, a + LANES_DOWN, ... and vec4 columns b, b + LANES_ACROSS, ...: neighbours touch neighbouring memory.
  let a = lane / LANES_ACROSS;
  let b = lane % LANES_ACROSS;

  var acc: array<array<vec4f, COLUMNS>, 4u * INNER>;
  var bias: array<vec4f, COLUMNS>;
  var share = bring(lane, first_k, first_column, first_row);
  for (var start = first_row; start < end; start += DEPTH) {
    workgroupBarrier();
    for (var i = 0u; i < DEPTH * TILE_INNER / WORKGROUP; i++) {
      x_tile[lane + i * WORKGROUP] = share.x[i];
    }
    for (var i = 0u; i < DEPTH * TILE_COLUMNS / WORKGROUP; i++) {
      dy_tile[lane + i * WORKGROUP] = share.dy[i];
    }
    workgroupBarrier();
    if (start + DEPTH < end) {
      share = bring(lane, first_k, first_column, start + DEPTH);
    }
    let depth = min(DEPTH, end - start);
    for (var r = 0u; r < depth; r++) {
      var dy4: array<vec4f, COLUMNS>;
      for (var j = 0u; j < COLUMNS; j++) {
        dy4[j] = kept_rows(dy_tile[r * TILE_COLUMNS + b + j * LANES_ACROSS]);
        if (WITH_BIAS) {
          bias[j] += dy4[j];
        }
      }
      for (var i = 0u; i < INNER; i++) {
        let x4 = kept_rows(x_tile[r * TILE_INNER + a + i * LANES_DOWN]);
        for (var j = 0u; j < COLUMNS; j++) {
          acc[4u * i][j] = fma(vec4f(x4.x), dy4[j], acc[4u * i][j]);
          acc[4u * i + 1u][j] = fma(vec4f(x4.y), dy4[j], acc[4u * i + 1u][j]);
          acc[4u * i + 2u][j] = fma(vec4f(x4.z), dy4[j], acc[4u * i + 2u][j]);
          acc[4u * i + 3u][j] = fma(vec4f(x4.w), dy4[j], acc[4u * i + 3u][j]);
        }
      }
    }
  }

  let partial_start = chunk * (4u * args.inner + 1u);
  for (var j = 0u; j < COLUMNS; j++) {
    let column = first_column + b + j * LANES_ACROSS;
    if (column >= args.columns) {
      continue;
    }
    for (var i = 0u; i < 4u * INNER; i++) {
      let k = 4u * (first_k + a + i / 4u * LANES_DOWN) + i % 4u;
      if (k < 4u * args.inner) {
        partial[(partial_start + k) * args.columns + column] = acc[i][j];
      }
    }
    if (WITH_BIAS && first_k == 0u && a == 0u) {
      partial[(partial_start + 4u * args.inner) * args.columns + column] = bias[j];
    }
  }
}
