import { expect, test } from 'vitest';
import { describeError, reviveError } from './error_report';
import { DatasetError, WorkbenchError } from './errors';

test('a typed error keeps its type and its sentence', () => {
  const revived = reviveError(structuredClone(describeError(new DatasetError('a.nc is cut short.'))));
  expect(revived).toBeInstanceOf(DatasetError);
  expect(revived.message).toBe('a.nc is cut short.');
});

test('a finer error of one module arrives as the typed error that it extends', () => {
  class RefusedError extends DatasetError {
    override name = 'RefusedError';
  }
  const revived = reviveError(structuredClone(describeError(new RefusedError('a.zarr is refused.'))));
  expect(revived).toBeInstanceOf(DatasetError);
  expect(revived.message).toBe('a.zarr is refused.');
});

test('a defect stays a plain error', () => {
  expect(reviveError(describeError(new TypeError('x')))).not.toBeInstanceOf(WorkbenchError);
  expect(reviveError(describeError('x')).message).toBe('x');
  expect(describeError(new DOMException('x', 'AbortError'))).toEqual({ name: 'AbortError', message: 'x' });
});
