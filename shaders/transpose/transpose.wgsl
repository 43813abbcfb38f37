// One invocation transposes a block of four by four.

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = (workgroup.x + workgroup.y * workgroups.x) * WORKGROUP + lane;
  if (block >= args.row_blocks * args.column_blocks) {
    return;
  }
  let row = block / args.column_blocks;
  let column = block % args.column_blocks;
  var rows: mat4x4f;
  for (var i = 0u; i < 4u; i++) {
    rows[i] = w[(4u * row + i) * args.column_blocks + column];
  }
  let columns = transpose(rows);
  for (var i = 0u; i < 4u; i++) {
    wt[(4u * column + i) * args.row_blocks + row] = columns[i];
  }
}
