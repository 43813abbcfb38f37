import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../errors';
import { type NpyArray, readNpy, writeNpy } from './npy';
import { readNpz, writeNpz } from './npz';

const golden = (path: string) => readFileSync(new URL(`../golden/${path}`, import.meta.url));

const arrays: [string, NpyArray][] = [
  ['f4', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, -6.5) }],
  ['f8', { shape: [], data: Float64Array.of(0.6) }],
  ['i4', { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
  ['i8', { shape: [], data: BigInt64Array.of(-(2n ** 62n)) }],
  ['u1', { shape: [3], data: Uint8Array.of(0, 1, 255) }],
  ['text', { shape: [], data: ['10m_wind'] }],
  ['texts', { shape: [2, 1], data: ['é😀', 'abc'] }],
  ['empty text', { shape: [], data: [''] }],
  ['none', { shape: [0, 4], data: new Float32Array(0) }],
];

/** Bytes of an archive with one array, and where the array's values start. */
function archive() {
  return writeNpz([['a/~/b:w', { shape: [2], data: Float32Array.of(1, 2) }]]);
}

describe('npy', () => {
  it('writes the bytes that NumPy writes', () => {
    const header = (description: string) => `\x93NUMPY\x01\x00v\x00${description.padEnd(117)}\n`;
    const asText = (array: NpyArray) => String.fromCharCode(...writeNpy(array));
    expect(asText({ shape: [], data: BigInt64Array.of(5n) })).toBe(
      `${header("{'descr': '<i8', 'fortran_order': False, 'shape': (), }")}\x05${'\0'.repeat(7)}`,
    );
    expect(asText({ shape: [2], data: ['a', 'bcd'] })).toBe(
      `${header("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }")}a${'\0'.repeat(11)}b\0\0\0c\0\0\0d\0\0\0`,
    );
    expect(asText({ shape: [0, 3], data: new Float32Array(0) })).toBe(
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }"),
    );
  });

  it('reads booleans as bytes', () => {
    const bytes = writeNpy({ shape: [], data: Uint8Array.of(1) });
    bytes.set(new TextEncoder().encode('|b1'), new TextDecoder('latin1').decode(bytes).indexOf('|u1'));
    expect(readNpy(bytes, 'x')).toEqual({ shape: [], data: Uint8Array.of(1) });
  });

  it('refuses what it cannot read, and says what to do', () => {
    const edited = (from: string, to: string) => {
      const bytes = writeNpy({ shape: [2, 2], data: new Float32Array(4) });
      bytes.set(new TextEncoder().encode(to), new TextDecoder('latin1').decode(bytes).indexOf(from));
      return () => readNpy(bytes, 'Member "w" of c.npz');
    };
    expect(edited('False', 'True ')).toThrow(/Member "w" of c.npz is stored in Fortran order/);
    expect(edited("'<f4'", "'>f4'")).toThrow(/data type >f4/);
    expect(edited("'<f4'", '[<f4]')).toThrow(/expected one plain array/);
    expect(edited('(2, 2)', '(9, 9)')).toThrow(
      /holds 16 bytes of data, but its shape \[9,9\] of <f4 needs 324/,
    );
    expect(edited('(2, 2)', '(2, 1)')).toThrow(CheckpointError);
    expect(edited('NUMPY', 'OTHER')).toThrow(/not a NumPy array file/);
    expect(() => readNpy(new Uint8Array(3), 'x')).toThrow(CheckpointError);
  });
});

describe('npz', () => {
  it('reads back what it wrote, with types, shapes and order', () => {
    expect([...readNpz(writeNpz(arrays), 'x.npz')]).toEqual(arrays);
  });

  it('writes the same bytes for the same arrays', () => {
    expect(Buffer.compare(writeNpz(arrays), writeNpz(arrays))).toBe(0);
  });

  it("reads NumPy's stored members with ZIP64 placeholders", () => {
    const read = readNpz(golden('tiny/checkpoint.npz'), 'checkpoint.npz');
    expect(read.size).toBe(154);
    expect(
      read.get('params:grid2mesh_gnn/~_networks_builder/encoder_nodes_grid_nodes_mlp/~/linear_0:w')?.shape,
    ).toEqual([90, 32]);
    expect(read.get('model_config:mesh_size')).toEqual({ shape: [], data: BigInt64Array.of(2n) });
    expect(read.get('task_config:input_variables:0')).toEqual({ shape: [], data: ['2m_temperature'] });
  });

  it('reads compressed members', () => {
    const expected = readNpz(golden('tiny/expected.npz'), 'expected.npz');
    expect(expected.get('steps1:loss')?.data[0]).toBeCloseTo(12.523367, 5);
    const packed = zipSync(Object.fromEntries(arrays.map(([key, array]) => [`${key}.npy`, writeNpy(array)])));
    expect([...readNpz(packed, 'x.npz')]).toEqual(arrays);
  });

  it('reads a file that starts anywhere in its buffer', () => {
    for (const offset of [0, 1, 2, 3]) {
      const buffer = new Uint8Array(archive().length + offset);
      buffer.set(archive(), offset);
      expect(readNpz(buffer.subarray(offset), 'x').get('a/~/b:w')?.data).toEqual(Float32Array.of(1, 2));
    }
  });

  it('finds a file cut short at any byte', () => {
    const bytes = archive();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpz(bytes.slice(0, length), 'x.npz')).toThrow(CheckpointError);
    }
  });

  it('finds any changed byte of an array', () => {
    const bytes = archive();
    const start = 30 + 'a/~/b:w.npy'.length;
    const end = bytes.length - 22 - 46 - 'a/~/b:w.npy'.length;
    for (let at = start; at < end; at++) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 0x10;
      expect(() => readNpz(changed, 'x.npz')).toThrow(/a\/~\/b:w.npy" does not match its checksum/);
    }
  });

  it('names a foreign file and what to do', () => {
    const text = new TextEncoder().encode('CDF\x01 this is a NetCDF file, not an archive');
    expect(() => readNpz(text, 'data.nc')).toThrow(
      'data.nc is not a NumPy archive (.npz): choose a checkpoint',
    );
    const other = zipSync({ 'word/document.xml': new Uint8Array(3) });
    expect(() => readNpz(other, 'letter.docx')).toThrow(
      /letter.docx holds "word\/document.xml", expected only NumPy/,
    );
  });

  it('refuses a size that would make it allocate more than the data can hold', () => {
    const bytes = zipSync({ 'w.npy': writeNpy({ shape: [1], data: Float32Array.of(1) }) }, { level: 6 });
    const sizeInDirectory = bytes.length - 22 - 46 - 'w.npy'.length + 24;
    new DataView(bytes.buffer).setUint32(sizeInDirectory, 0xfffffff0, true);
    expect(() => readNpz(bytes, 'x.npz')).toThrow(/impossible size of 4294967280 bytes/);
  });
});
