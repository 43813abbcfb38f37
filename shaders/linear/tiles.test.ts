import { describe, expect, it, test } from 'vitest';
import { GUARANTEED_WORKGROUP } from '../../src/webgpu/paper_gpu';
import type { SubgroupMatrices } from '../../src/webgpu/subgroup_matrices';
import { HALF_TILES, isShareable, MATRIX_TILES, TILES, type Tile } from './tiles';
import { defaultVariant, eligibleVariants, isReduced, LINEAR_VARIANTS, supportedVariants } from './variant';

const MOST_BYTES = GUARANTEED_WORKGROUP.workgroupBytes;

describe.each([
  ['tiles of float32', TILES, 4],
  ['tiles of two bytes a number', HALF_TILES, 2],
] as const)('%s', (_, tiles, numberBytes) => {
  test('stay within the limits of every WebGPU adapter and are shared out evenly', () => {
    for (const { rows, columns, depth, ownRows, ownColumns } of Object.values<Tile>(tiles)) {
      const invocations = (rows / ownRows) * (columns / ownColumns);
      expect(invocations).toBeLessThanOrEqual(GUARANTEED_WORKGROUP.workgroupInvocations);
      expect(numberBytes * depth * (rows + columns)).toBeLessThanOrEqual(MOST_BYTES);
      // In vec4f, each invocation brings the same whole number of both factors.
      expect((rows * depth) / 4 / invocations).toBeGreaterThanOrEqual(1);
      for (const factor of [rows, columns]) expect(((factor * depth) / 4) % invocations).toBe(0);
      for (const size of [ownRows, ownColumns, depth]) expect(size % 4).toBe(0);
      expect(Math.log2(depth) % 1).toBe(0); // places in the tile are permuted by bits
    }
  });
});

const of = (size: number, factors: 'f16' | 'f32', subgroupSize: number): SubgroupMatrices => ({
  rows: size,
  columns: size,
  inner: size,
  factors,
  subgroupSize,
  asksForSize: true,
});
const NVIDIA = of(16, 'f16', 32);
const LAVAPIPE = of(8, 'f16', 8);

describe.each([
  ['NVIDIA’s', NVIDIA],
  ['wide subgroups’', of(16, 'f16', 64)],
  ['Apple’s', of(8, 'f32', 32)],
  ['lavapipe’s', LAVAPIPE],
] as const)('tiles for %s matrices', (_, matrices) => {
  it('are shared out evenly', () => {
    for (const [name, tile] of Object.entries<Tile>(MATRIX_TILES)) {
      expect(isShareable(tile, matrices), name).toBe(true);
      expect([tile.rows % tile.ownRows, tile.columns % tile.ownColumns]).toEqual([0, 0]);
    }
  });
});

test('a tiled variant is named after its tile', () => {
  const named = { ...TILES, ...HALF_TILES, ...MATRIX_TILES };
  for (const [name, t] of Object.entries<Tile>(named).slice(1)) {
    expect(name).toMatch(
      new RegExp(`^[a-z0-9]+_${t.rows}x${t.columns}x${t.depth}_${t.ownRows}x${t.ownColumns}$`),
    );
  }
});

describe('supported variants', () => {
  const missing = (adapter: Partial<Parameters<typeof supportedVariants>[0]>) => {
    const supported = supportedVariants({ subgroupSize: 0, ...GUARANTEED_WORKGROUP, ...adapter });
    return LINEAR_VARIANTS.filter((variant) => !supported.includes(variant));
  };
  const matrices = Object.keys(MATRIX_TILES);

  it('want wide subgroups where they use them', () => {
    expect(missing({ subgroupSize: 8 })).toEqual(matrices);
    expect(missing({ subgroupSize: 4 })).toEqual(['subgroup', ...matrices]);
    expect(missing({ subgroupSize: 0 })).toEqual(['subgroup', 'subgroup_4', ...matrices]);
  });

  it('want matrices that fill their tiles, and workgroups that are large enough', () => {
    const large = { subgroupSize: 32, workgroupBytes: 49152, workgroupInvocations: 1024 };
    expect(missing({ ...large, matrices: NVIDIA })).toEqual([]);
    expect(missing({ ...large, matrices: { ...NVIDIA, inner: 64 } })).toEqual(matrices);
    const small = missing({ subgroupSize: 32, matrices: NVIDIA });
    expect(small).toContain('matrix_128x128x32_64x32');
    expect(small).not.toContain('matrix_64x64x32_32x32');
  });

  it('with reduced precision are eligible only where numbers are stored with less', () => {
    const adapter = { subgroupSize: 8, matrices: LAVAPIPE, ...GUARANTEED_WORKGROUP };
    expect(eligibleVariants(adapter, 'float32').filter(isReduced)).toEqual([]);
    expect(eligibleVariants(adapter, 'bfloat16')).toEqual(supportedVariants(adapter));
    expect(eligibleVariants(adapter, 'bfloat16').filter(isReduced)).toContain('matrix_32x32x32_16x16');
  });
});

test('the default variant follows the adapter', () => {
  const adapter = (isSoftware: boolean, subgroupSize: number) =>
    defaultVariant({ isSoftware, subgroupSize, ...GUARANTEED_WORKGROUP });
  expect(adapter(false, 32)).toBe('tiled');
  expect(adapter(true, 8)).toBe('subgroup');
  expect(adapter(true, 4)).toBe('subgroup_4');
  expect(adapter(true, 0)).toBe('register');
});
