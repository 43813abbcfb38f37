import { expect, test } from 'vitest';
import { badUpdate, describeBadUpdate } from './bad_update';
import type { UpdateMetrics } from './trainer';
import { updateMetrics } from './update_metrics.fixture';

const described = (change: Partial<UpdateMetrics>) => {
  const bad = badUpdate(updateMetrics(3, change));
  return bad && describeBadUpdate(bad);
};
const NO_NUMBER = Number.NaN;

test('a sound update is none', () => {
  expect(badUpdate(updateMetrics(3))).toBeUndefined();
});

test('fields, modules and times are named', () => {
  const lossByField = { 'geopotential 500': 1, 'geopotential 850': NO_NUMBER, '2m_temperature': 2 };
  const gradientNormByModule = {
    encoder: Number.POSITIVE_INFINITY,
    'processor step 0': 1,
    decoder: NO_NUMBER,
  };
  const initialTimes = [Date.UTC(2001, 1, 3, 6) / 1000];
  const loss = { loss: NO_NUMBER, lossByField };
  const gradient = { gradientNorm: NO_NUMBER, gradientNormByModule };
  expect(described({ ...loss, ...gradient, initialTimes })).toBe(
    'The loss of update 3 (geopotential 850) and its gradient (encoder, decoder) are not finite; its batch is of 2001-02-03 06:00 UTC',
  );
  expect(described({ ...loss, gradientNorm: NO_NUMBER })).toMatch(
    /^The loss of update 3 \(geopotential 850\) is/,
  );
  expect(described(gradient)).toMatch(/^The gradient of update 3 \(encoder, decoder\) is not finite/);
  // Each module's square is a number, their sum is not.
  expect(described({ gradientNorm: Number.POSITIVE_INFINITY })).toMatch(/^The gradient of update 3 is not/);
});

test('a long list is cut', () => {
  const lossByField = Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`t ${level}`, NO_NUMBER]));
  expect(described({ loss: NO_NUMBER, lossByField })).toContain('(t 1, t 2, t 3, t 4 and 2 more)');
});
