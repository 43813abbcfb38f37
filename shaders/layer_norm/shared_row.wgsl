// LANES neighbouring invocations share a row: they read it side by side, each holds what it read in registers, so that it
// comes from memory once, and sums pass through workgroup memory.

const WORKGROUP = 64u;
const LANES = 16u;
/// Rows that a workgroup takes at a time.
const ROWS = WORKGROUP / LANES;

/// Of a row, lane l holds the vec4 columns l, l + LANES, …; zeros past its end.
alias Share = array<vec4f, SHARE>;

/// Two places, so that a sum need not wait until the one before was read.
var<workgroup> parts: array<array<vec2f, WORKGROUP>, 2>;

/// Sums of what a row's lanes bring, in the order of the lanes. Two calls in a row take different places.
fn row_sums(place: u32, invocation: u32, part: vec2f) -> vec2f {
  parts[place][invocation] = part;
  workgroupBarrier();
  let first = invocation - invocation % LANES;
  var total = vec2f();
  for (var i = 0u; i < LANES; i++) {
    total += parts[place][first + i];
  }
  return total;
}

/// `value` with zeros where vec4 number `column` of a row reaches past the true width.
fn inside(value: vec4f, column: u32) -> vec4f {
  return select(vec4f(), value, vec4u(4u * column) + vec4u(0u, 1u, 2u, 3u) < vec4u(args.width));
}

/// Column i of what a lane holds, and the nearest that a row has.
fn share_column(invocation: u32, i: u32) -> u32 {
  return invocation % LANES + i * LANES;
}

fn near(column: u32) -> u32 {
  return min(column, args.columns - 1u);
}

fn load_share(invocation: u32, start: u32) -> Share {
  var share: Share;
  for (var i = 0u; i < SHARE; i++) {
    let column = share_column(invocation, i);
    share[i] = inside(load_x(start + near(column)), column);
  }
  return share;
}

/// Mean and 1 / deviation of the row whose parts its lanes hold.
fn statistics_of(invocation: u32, x: Share) -> vec2f {
  var total = vec4f();
  for (var i = 0u; i < SHARE; i++) {
    total += x[i];
  }
  let mean = row_sums(0u, invocation, vec2f(dot(total, vec4f(1)))).x / f32(args.width);
  var squares = vec4f();
  for (var i = 0u; i < SHARE; i++) {
    let deviation = inside(x[i] - mean, share_column(invocation, i));
    squares += deviation * deviation;
  }
  let variance = row_sums(1u, invocation, vec2f(dot(squares, vec4f(1)))).x / f32(args.width);
  return vec2f(mean, 1 / sqrt(variance + 1e-5));
}
