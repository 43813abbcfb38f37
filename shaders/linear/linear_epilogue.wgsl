// What follows the product, the same for every variant of linear. Called once per vec4 of the output.

fn sigmoid(v: vec4f) -> vec4f {
  // exp(80) is finite, so that nothing overflows; below -80 the sigmoid is 0 to float32's eyes either way.
  return 1.0 / (1.0 + exp(-max(v, vec4f(-80.0))));
}

fn swish(v: vec4f) -> vec4f {
  return v * sigmoid(v);
}

fn swish_derivative(v: vec4f) -> vec4f {
  let s = sigmoid(v);
  return s * (1.0 + v * (1.0 - s));
}

/// Adds the optional terms to the product of one row and four columns, applies the activation, writes.
fn finish(row: u32, column: u32, product: vec4f) {
  let i = row * args.columns + column;
  var value = product;
  if (WITH_BIAS) {
    value += bias[column];
  }
  if (WITH_ADDEND) {
    value += addend[i];
  }
  if (WITH_SENDER_ADDEND) {
    value += sender_addend[senders[row] * args.columns + column];
  }
  if (WITH_RECEIVER_ADDEND) {
    value += receiver_addend[receivers[row] * args.columns + column];
  }
  if (SWISH) {
    if (WITH_PRE) {
      pre[i] = value;
    }
    value = swish(value);
  }
  if (SWISH_GRADIENT) {
    value *= swish_derivative(pre[i]);
  }
  if (ACCUMULATE) {
    value += y[i];
  }
  y[i] = value;
}
