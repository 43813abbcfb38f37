// One invocation adds one vec4 column over the rows of one chunk, in ascending order:
//   partial[chunk, column] = sum of g xhat (the scale's gradient),
//   partial[chunk, columns + column] = sum of g (the offset's).

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + local.x;
  if (i >= args.chunks * args.columns) {
    return;
  }
  let chunk = i / args.columns;
  let column = i % args.columns;
  let first = chunk * args.rows_per_chunk;
  let end = min(first + args.rows_per_chunk, args.rows);

  var total = vec4f();
  var total_product = vec4f();
  for (var row = first; row < end; row++) {
    var gradient = vec4f();
    if (WITH_DY) {
      gradient = load_dy(row * args.columns + column);
    }
    if (WITH_TABLE) {
      gradient += load_table(index[row] * args.columns + column);
    }
    let mean_and_inverse_deviation = statistics[row];
    let deviation = load_x(row * args.columns + column) - mean_and_inverse_deviation.x;
    total += gradient;
    total_product += gradient * deviation * mean_and_inverse_deviation.y;
  }

  // Zeros past the true width, whatever a NaN in the row made of them.
  let within = vec4u(4u * column) + vec4u(0u, 1u, 2u, 3u) < vec4u(args.width);
  partial[chunk * 2u * args.columns + column] = select(vec4f(), total_product, within);
  partial[chunk * 2u * args.columns + args.columns + column] = select(vec4f(), total, within);
}
