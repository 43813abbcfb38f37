import { expect, test } from 'vitest';
import { describeError, reviveError } from './error_report';
import { DatasetError, WorkbenchError } from './errors';

test('a typed error keeps its type and its sentence', () => {
  const revived = reviveError(structuredClone(describeError(new DatasetError('a.nc is cut short.'))));
  expect(revived).toBeInstanceOf(DatasetError);
  expect(revived.message).toBe('a.nc is cut short.');
});

test('a defect stays a plain error', () => {
  expect(reviveError(describeError(new TypeError('x')))).not.toBeInstanceOf(WorkbenchError);
  expect(reviveError(describeError('x')).message).toBe('x');
});
