// xᵀ dy of one chunk of rows by matrix units (matrix_tile.wgsl): a is xᵀ, which lies in memory as x, b is dy.

const A_HEIGHT = DEPTH;
const A_WIDTH = TILE_ROWS;
const SUMS_COLUMNS_OF_B = WITH_BIAS;

/// Its first vec4 k and column, the rows that are summed over, and where its chunk begins in `partial`.
struct Tile {
  k: u32,
  column: u32,
  start: u32,
  end: u32,
  partial_start: u32,
}

fn tile_at(number: u32) -> Tile {
  let column = number % args.column_tiles * (TILE_COLUMNS / 4u);
  let k = number / args.column_tiles % args.inner_tiles * (TILE_ROWS / 4u);
  let chunk = number / args.column_tiles / args.inner_tiles;
  let start = chunk * args.rows_per_chunk;
  return Tile(k, column, start, min(start + args.rows_per_chunk, args.rows), chunk * (4u * args.inner + 1u));
}

// Zeros past the last row of the chunk. What lies past the last k or column reads the last one again and is not written.

fn a_number(at: Tile, start: u32, row: u32, column: u32) -> vec4f {
  let r = start + row;
  let x4 = load_x(min(r, at.end - 1u) * args.inner + min(at.k + column, args.inner - 1u));
  return select(vec4f(), x4, r < at.end);
}

fn b_number(at: Tile, start: u32, row: u32, column: u32) -> vec4f {
  let r = start + row;
  let dy4 = load_dy(min(r, at.end - 1u) * args.columns + min(at.column + column, args.columns - 1u));
  return select(vec4f(), dy4, r < at.end);
}

fn left_matrix(k: u32, row: u32) -> Left {
  return subgroupMatrixLoad<Left, col_major>(&a_tile, row * A_STRIDE + k / 4u, A_STRIDE);
}

fn leave(at: Tile, row: u32, column: u32, sum: vec4f) {
  let k = 4u * at.k + row;
  if (k < 4u * args.inner && at.column + column < args.columns) {
    partial[(at.partial_start + k) * args.columns + at.column + column] = sum;
  }
}

/// The bias's gradient, from the workgroups that have the first k.
fn leave_column_sums(at: Tile, column: u32, sum: vec4f) {
  if (at.k == 0u && at.column + column < args.columns) {
    partial[(at.partial_start + 4u * args.inner) * args.columns + at.column + column] = sum;
  }
}
