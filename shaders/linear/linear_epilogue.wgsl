// What surrounds the product, the same for every variant of linear.

/// What the sums over k of four columns begin with.
fn initial(column: u32) -> vec4f {
  if (WITH_BIAS) {
    return bias[column];
  }
  return vec4f();
}

/// exp(80) is finite, so that nothing overflows; below -80 swish and its gradient are 0 for float32.
const LEAST = vec4f(-80);

fn sigmoid(v: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-max(v, LEAST)));
}

fn swish(v: vec4f) -> vec4f {
  return v * sigmoid(v);
}

fn swish_derivative(v: vec4f) -> vec4f {
  let s = sigmoid(v);
  return s * (1.0 + max(v, LEAST) * (1.0 - s));
}

/// Adds the optional terms to the sums of one row and four columns, applies the activation, writes.
fn finish(row: u32, column: u32, sum: vec4f) {
  let i = row * args.columns + column;
  var value = sum;
  if (WITH_ADDEND) {
    value += load_addend(i);
  }
  if (WITH_SENDER_ADDEND) {
    value += load_sender_addend(senders[row] * args.columns + column);
  }
  if (WITH_RECEIVER_ADDEND) {
    value += load_receiver_addend(receivers[row] * args.columns + column);
  }
  if (SWISH) {
    if (WITH_PRE) {
      store_pre(i, value);
    }
    value = swish(value);
  }
  if (SWISH_GRADIENT) {
    value *= swish_derivative(load_pre(i));
  }
  if (ACCUMULATE) {
    value += load_y(i);
  }
  store_y(i, value);
}
