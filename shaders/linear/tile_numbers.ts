import float32Source from './tile_float32.wgsl?raw';
import halfSource from './tile_half.wgsl?raw';

/**
 * How numbers lie in the tiles of the tiled shaders: the type `Rows` of what is loaded from the matrices `rows` of a
 * kernel by `bring_<name>(i)`, and the type `Weights`.
 */
export const TILE_NUMBERS = {
  float32: (rows: readonly string[]) =>
    [float32Source, ...rows.map((name) => bringing(name, `load_${name}`))].join('\n'),
  half: (rows: readonly string[]) =>
    [halfSource, ...rows.map((name) => bringing(name, `load_${name}_bfloat16`))].join('\n'),
};

const bringing = (name: string, load: string) => `fn bring_${name}(i: u32) -> Rows { return ${load}(i); }`;
