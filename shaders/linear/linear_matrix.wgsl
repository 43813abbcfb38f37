// x w by matrix units (matrix_tile.wgsl): a is x, b is w. The sums get the bias, and everything else, from the epilogue.

const A_HEIGHT = TILE_ROWS;
const A_WIDTH = DEPTH;
const SUMS_COLUMNS_OF_B = false;

/// Its first row and vec4 column, and the k that are summed over.
struct Tile {
  row: u32,
  column: u32,
  start: u32,
  end: u32,
}

fn tile_at(number: u32) -> Tile {
  let row = number / args.column_tiles * TILE_ROWS;
  let column = number % args.column_tiles * (TILE_COLUMNS / 4u);
  return Tile(row, column, 0u, 4u * args.inner);
}

// Zeros past the last k. What lies past the last row or column reads the last one again and is not written.

fn a_number(at: Tile, start: u32, row: u32, column: u32) -> vec4f {
  let k = start / 4u + column;
  let x4 = load_x(min(at.row + row, args.rows - 1u) * args.inner + min(k, args.inner - 1u));
  return select(vec4f(), x4, k < args.inner);
}

fn b_number(at: Tile, start: u32, row: u32, column: u32) -> vec4f {
  let k = start + row;
  let w4 = w[min(k, at.end - 1u) * args.columns + min(at.column + column, args.columns - 1u)];
  return select(vec4f(), w4, k < at.end);
}

fn left_matrix(row: u32, k: u32) -> Left {
  return subgroupMatrixLoad<Left, row_major>(&a_tile, row * A_STRIDE + k / 4u, A_STRIDE);
}

fn leave(at: Tile, row: u32, column: u32, sum: vec4f) {
  if (at.row + row < args.rows && at.column + column < args.columns) {
    finish(at.row + row, at.column + column, initial(at.column + column) + sum);
  }
}

fn leave_column_sums(at: Tile, column: u32, sum: vec4f) {}
