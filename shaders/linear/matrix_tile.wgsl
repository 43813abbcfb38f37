// Matrix units: a workgroup adds up TILE_ROWS by TILE_COLUMNS numbers of a product a b, each of its subgroups OWN_ROWS by
// OWN_COLUMNS of them in matrices of MATRIX_ROWS by MATRIX_COLUMNS. DEPTH of the dimension that is summed over lie in
// workgroup memory at a time; the next ones are on their way while products are computed. What a and b are, and where the
// sums go, is said by linear_matrix.wgsl or linear_backward_weights_matrix.wgsl.
//
// f16 holds magnitudes from 2^-24 to 2^15, gradients go far below. So each factor comes with a power of two, which
// multiplies exactly: the largest number brought so far lies between 2^9 and 2^15 then. It is found while numbers are
// brought; when it grows past 2^15 the power shrinks, and the sums so far with it. The smallest numbers lose bits from
// 2^-24 of the largest on, and are lost at 2^-34 of it.

const SUBGROUPS_ACROSS = TILE_COLUMNS / OWN_COLUMNS;
const SUBGROUPS = TILE_ROWS / OWN_ROWS * SUBGROUPS_ACROSS;
const WORKGROUP = SUBGROUPS * SUBGROUP_SIZE;
/// Matrices of sums of a subgroup.
const DOWN = OWN_ROWS / MATRIX_ROWS;
const ACROSS = OWN_COLUMNS / MATRIX_COLUMNS;

/// vec4 from one row of a tile to the next: padded, so that neighbouring rows lie in different banks.
const A_STRIDE = (A_WIDTH + PADDING) / 4u;
const B_STRIDE = (TILE_COLUMNS + PADDING) / 4u;
var<workgroup> a_tile: array<vec4<Factor>, A_HEIGHT * A_STRIDE>;
/// [DEPTH, vec4 columns]
var<workgroup> b_tile: array<vec4<Factor>, DEPTH * B_STRIDE>;

/// vec4f of a subgroup in `staged`: a matrix of sums, or one for each lane.
const STAGED = max(MATRIX_ROWS * MATRIX_COLUMNS / 4u, SUBGROUP_SIZE);
/// Sums on their way out of the matrix units.
var<workgroup> staged: array<vec4f, SUBGROUPS * STAGED>;

/// Largest magnitudes of a and b that each subgroup has just brought.
var<workgroup> largest: array<vec2f, SUBGROUPS>;

/// What one invocation brings of a and b.
struct Share {
  a: array<vec4f, A_HEIGHT * A_WIDTH / 4u / WORKGROUP>,
  b: array<vec4f, DEPTH * TILE_COLUMNS / 4u / WORKGROUP>,
}
const A_SHARE = A_HEIGHT * A_WIDTH / 4u / WORKGROUP;
const B_SHARE = DEPTH * TILE_COLUMNS / 4u / WORKGROUP;

fn bring(lane: u32, at: Tile, start: u32) -> Share {
  var share: Share;
  for (var i = 0u; i < A_SHARE; i++) {
    let place = lane + i * WORKGROUP;
    share.a[i] = a_number(at, start, place / (A_WIDTH / 4u), place % (A_WIDTH / 4u));
  }
  for (var i = 0u; i < B_SHARE; i++) {
    let place = lane + i * WORKGROUP;
    share.b[i] = b_number(at, start, place / (TILE_COLUMNS / 4u), place % (TILE_COLUMNS / 4u));
  }
  return share;
}

/// Says in `largest` what the subgroup has brought.
fn look_at(share: Share, subgroup: u32, own_lane: u32) {
  var most = array<vec4f, 2>();
  for (var i = 0u; i < A_SHARE; i++) {
    most[0] = max(most[0], abs(share.a[i]));
  }
  for (var i = 0u; i < B_SHARE; i++) {
    most[1] = max(most[1], abs(share.b[i]));
  }
  let pairs = max(vec4f(most[0].xy, most[1].xy), vec4f(most[0].zw, most[1].zw));
  let own = subgroupMax(max(pairs.xz, pairs.yw));
  if (own_lane == 0u) {
    largest[subgroup] = own;
  }
}

/// Exponents of factors whose products with any power of two below stay in float32's range.
const LEAST_EXPONENT = vec2i(-97);
/// By how many powers of two numbers may be larger than foreseen.
const HEADROOM = 5;

/// Binary exponents of the numbers in `largest`.
fn exponents() -> vec2i {
  var most = vec2f();
  for (var i = 0u; i < SUBGROUPS; i++) {
    most = max(most, largest[i]);
  }
  return clamp(vec2i(bitcast<vec2u>(most) >> vec2u(23u)) - 127, LEAST_EXPONENT, vec2i(127));
}

fn power_of_two(exponent: vec2i) -> vec2f {
  return bitcast<vec2f>(vec2u(exponent + 127) << vec2u(23u));
}

fn keep(lane: u32, share: Share, exponent: vec2i) {
  let power = power_of_two(9 - exponent);
  for (var i = 0u; i < A_SHARE; i++) {
    let place = lane + i * WORKGROUP;
    a_tile[place / (A_WIDTH / 4u) * A_STRIDE + place % (A_WIDTH / 4u)] = vec4<Factor>(share.a[i] * power.x);
  }
  for (var i = 0u; i < B_SHARE; i++) {
    let place = lane + i * WORKGROUP;
    b_tile[place / (TILE_COLUMNS / 4u) * B_STRIDE + place % (TILE_COLUMNS / 4u)] = vec4<Factor>(share.b[i] * power.y);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) own_lane: u32,
) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  if (number >= args.tiles) {
    return;
  }
  let at = tile_at(number);
  let own_row = subgroup / SUBGROUPS_ACROSS * OWN_ROWS;
  let own_column = subgroup % SUBGROUPS_ACROSS * (OWN_COLUMNS / 4u);

  var acc: array<array<Sums, ACROSS>, DOWN>;
  var column_sums = vec4f();
  var exponent = LEAST_EXPONENT;
  var share = bring(lane, at, at.start);
  look_at(share, subgroup, own_lane);
  for (var start = at.start; start < at.end; start += DEPTH) {
    workgroupBarrier();
    let found = exponents();
    if (any(found > exponent + HEADROOM)) {
      let next = select(exponent, found, found > exponent + HEADROOM);
      // What 2^-126 leaves of sums no longer counts beside numbers that much larger.
      let change = max(exponent.x - next.x + exponent.y - next.y, -126);
      let factor = power_of_two(vec2i(change)).x;
      for (var i = 0u; i < DOWN; i++) {
        for (var j = 0u; j < ACROSS; j++) {
          acc[i][j] = subgroupMatrixScalarMultiply(acc[i][j], factor);
        }
      }
      exponent = next;
    }
    keep(lane, share, exponent);
    if (SUMS_COLUMNS_OF_B) {
      for (var i = 0u; i < B_SHARE; i++) {
        column_sums += share.b[i];
      }
    }
    workgroupBarrier();
    if (start + DEPTH < at.end) {
      share = bring(lane, at, start + DEPTH);
    }
    for (var k = 0u; k < DEPTH; k += MATRIX_INNER) {
      var right: array<Right, ACROSS>;
      for (var j = 0u; j < ACROSS; j++) {
        let place = k * B_STRIDE + own_column + j * (MATRIX_COLUMNS / 4u);
        right[j] = subgroupMatrixLoad<Right, row_major>(&b_tile, place, B_STRIDE);
      }
      for (var i = 0u; i < DOWN; i++) {
        let left = left_matrix(own_row + i * MATRIX_ROWS, k);
        for (var j = 0u; j < ACROSS; j++) {
          acc[i][j] = subgroupMatrixMultiplyAccumulate(left, right[j], acc[i][j]);
        }
      }
    }
    look_at(share, subgroup, own_lane);
  }

  let back = power_of_two(exponent - 9);
  for (var i = 0u; i < DOWN; i++) {
    for (var j = 0u; j < ACROSS; j++) {
      subgroupMatrixStore<row_major>(&staged, subgroup * STAGED, acc[i][j], MATRIX_COLUMNS / 4u);
      workgroupBarrier();
      for (var place = own_lane; place < MATRIX_ROWS * MATRIX_COLUMNS / 4u; place += SUBGROUP_SIZE) {
        let row = own_row + i * MATRIX_ROWS + place / (MATRIX_COLUMNS / 4u);
        let column = own_column + j * (MATRIX_COLUMNS / 4u) + place % (MATRIX_COLUMNS / 4u);
        leave(at, row, column, staged[subgroup * STAGED + place] * back.x * back.y);
      }
      workgroupBarrier();
    }
  }

  if (SUMS_COLUMNS_OF_B) {
    // Invocations that bring the same column lie a row of vec4 apart.
    staged[lane] = column_sums;
    workgroupBarrier();
    if (lane < TILE_COLUMNS / 4u) {
      var total = vec4f();
      for (var i = lane; i < WORKGROUP; i += TILE_COLUMNS / 4u) {
        total += staged[i];
      }
      leave_column_sums(at, lane, total);
    }
  }
}
