import { expect, test } from 'vitest';
import { defineKernel } from '../../src/webgpu/kernel';
import { matrix } from '../../src/webgpu/tensor';
import { sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { fromBfloat16, throughBfloat16, toBfloat16 } from './bfloat16';

const floats = (...bits: number[]) => new Float32Array(Uint32Array.from(bits).buffer);
const bitsOf = (values: Float32Array) => [...new Uint32Array(values.buffer.slice(0))];

/** Bits of float32 and what they round to, in bfloat16. */
const EDGES: [what: string, from: number, to: number][] = [
  ['zero', 0x00000000, 0x0000],
  ['minus zero', 0x80000000, 0x8000],
  ['one', 0x3f800000, 0x3f80],
  ['just below a tie', 0x3f807fff, 0x3f80],
  ['a tie, to the even number below', 0x3f808000, 0x3f80],
  ['just above a tie', 0x3f808001, 0x3f81],
  ['a tie, to the even number above', 0x3f818000, 0x3f82],
  ['a carry into the exponent', 0x3fffffff, 0x4000],
  ['a negative tie', 0xbf818000, 0xbf82],
  ['the largest that stays finite', 0x7f7f7fff, 0x7f7f],
  ['past the largest', 0x7f7fffff, 0x7f80],
  ['infinity', 0x7f800000, 0x7f80],
  ['minus infinity', 0xff800000, 0xff80],
  ['a quiet NaN', 0x7fc00000, 0x7fc0],
  ['a NaN whose upper half is infinity', 0x7f800001, 0x7fc0],
  ['a NaN of all ones', 0xffffffff, 0xffff],
  ['a NaN whose rounding would carry', 0x7fffffff, 0x7fff],
];

test.each(EDGES)('%s on the CPU', (_, from, to) => {
  expect(toBfloat16(floats(from))[0].toString(16)).toBe(to.toString(16));
});

test('every bfloat16 stays itself', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const isSignallingNan = (bits: number) => (bits & 0x7fff) > 0x7f80 && (bits & 0x40) === 0;
  const again = toBfloat16(fromBfloat16(all));
  expect(again.every((bits, i) => bits === (isSignallingNan(i) ? i | 0x40 : i))).toBe(true);
});

const convert = defineKernel({
  name: 'convert',
  source: `@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < args.count) { store_y(id.x, load_x(id.x)); }
}`,
  bindings: { y: { type: 'matrix', access: 'read_write' }, x: { type: 'matrix', access: 'read' } },
  args: { count: 'u32' },
  constants: {},
});

const conversion = (rows: number) => {
  const wide = matrix('float32', rows, 4);
  const narrow = matrix('bfloat16', rows, 4, 'bfloat16');
  const dispatch = (y: typeof wide, x: typeof wide) =>
    convert.dispatch({
      tensors: { y, x },
      args: { count: rows },
      constants: {},
      workgroups: Math.ceil(rows / 64),
      flops: 0,
    });
  return { wide, narrow, pack: dispatch(narrow, wide), unpack: dispatch(wide, narrow) };
};

test('the GPU packs and unpacks as the CPU does', () =>
  withDevice(async ({ run }) => {
    const edges = floats(...EDGES.map(([, from]) => from));
    const values = new Float32Array(4 * 2000);
    values.set(sampleValues('values', values.length, 10));
    values.set(edges, 3);
    const { wide, narrow, pack, unpack } = conversion(values.length / 4);
    const expected = bitsOf(throughBfloat16(values));
    const [packed] = await run([pack], new Map([[wide, values]]), [narrow]);
    expect(bitsOf(packed)).toEqual(expected);
    const [unpacked] = await run([unpack], new Map([[narrow, values]]), [wide]);
    expect(bitsOf(unpacked)).toEqual(expected);
  }));

test('cutting off instead of rounding is noticed', () =>
  withDevice(async ({ run }) => {
    const values = sampleValues('values', 4 * 100);
    const { wide, narrow, pack } = conversion(100);
    const cut = tampered(
      pack,
      'load_x(id.x)',
      'bitcast<vec4f>(bitcast<vec4u>(load_x(id.x)) & vec4u(0xffff0000u))',
    );
    const [found] = await run([cut], new Map([[wide, values]]), [narrow]);
    const rounded = throughBfloat16(values);
    expect(found.filter((value, i) => value !== rounded[i]).length).toBeGreaterThan(100);
  }));

test('kernels that know float32 only refuse a bfloat16 tensor', () => {
  const plain = defineKernel({
    name: 'plain',
    source: '',
    bindings: { x: { type: 'array<vec4f>', access: 'read' } },
    args: {},
    constants: {},
  });
  const run = { args: {}, constants: {}, workgroups: 1, flops: 0 };
  expect(() => plain.dispatch({ tensors: { x: matrix('m', 4, 4, 'bfloat16') }, ...run })).toThrow(
    /plain: x takes float32, m is bfloat16/,
  );
});
