import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findKernel, KERNEL_FOLDERS, readmeParts } from './kernel_texts';

test('every folder of shaders/ with a README is there, and every kernel that profiles name is found', () => {
  const folders = readdirSync('shaders', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(KERNEL_FOLDERS.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  expect(findKernel('linear_backward_weights 162 x 32 x 32')?.folder.name).toBe('linear');
  expect(findKernel('square_sum 1 x 4')?.folder.name).toBe('global_norm');
  expect(findKernel('layer_norm_backward')?.folder.kernels.map(({ name }) => name)).toEqual([
    'layer_norm',
    'shared_row',
    'layer_norm_shared',
    'layer_norm_backward',
    'layer_norm_backward_shared',
    'layer_norm_backward_parameters',
  ]);
  expect(findKernel('something else')).toBeUndefined();
});

test('a README becomes paragraphs and formulas', () => {
  const parts = readmeParts(
    '# Title\n\nOne line\nand another:\n\n    a = b\n    c = d\n\nEnd.\n| x |\n| - |\n',
  );
  expect(parts).toEqual([
    { kind: 'text', text: 'One line and another:' },
    { kind: 'formula', text: 'a = b\nc = d' },
    { kind: 'text', text: 'End.' },
    { kind: 'formula', text: '| x |\n| - |' },
  ]);
});
