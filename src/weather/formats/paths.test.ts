import { expect, test, vi } from 'vitest';
import { DatasetError } from '../../errors';
import { folderEntries, pathKind } from './paths';

const fs = process.getBuiltinModule('node:fs');

test('a path leads to a file, a folder or nothing', () => {
  expect(pathKind('package.json', fs)).toBe('file');
  expect(pathKind('src', fs)).toBe('folder');
  expect(pathKind('nowhere/at/all', fs)).toBeUndefined();
  expect(pathKind('https://example.org/x.zarr', fs)).toBeUndefined();
  expect(folderEntries('.', fs)).toContain('package.json');
});

test('what is closed to us is one sentence', () => {
  const refuse = vi.fn(() => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  });
  const closed = { ...fs, statSync: refuse, readdirSync: refuse } as unknown as typeof fs;
  for (const attempt of [() => pathKind('closed/a.nc', closed), () => folderEntries('closed/a.nc', closed)]) {
    expect(attempt).toThrow(DatasetError);
    expect(attempt).toThrow(
      /^closed\/a\.nc: cannot be read \(EACCES\); check the path and its permissions\.$/,
    );
  }
});
