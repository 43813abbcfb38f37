// Numbers of a tile in workgroup memory as they are.

alias Rows = vec4f;
alias Weights = vec4f;

fn kept_rows(kept: Rows) -> vec4f { return kept; }
fn keep_weights(value: vec4f) -> Weights { return value; }
fn kept_weights(kept: Weights) -> vec4f { return kept; }
