import { expect, test } from 'vitest';
import { channelLayout } from './channels';
import { normalisation } from './normalisation';
import type { Statistics } from './statistics';
import { TASKS } from './task';

const named = (statistics: Partial<Statistics> = {}): Statistics => ({
  mean: (variable, level) => variable.length + (level ?? 0),
  stddev: (variable, level) => 2 * variable.length + (level ?? 0),
  diffsStddev: (variable, level) => variable.length / 8 + (level ?? 0),
  ...statistics,
});

const layout = channelLayout(TASKS.TASK_13_PRECIP_OUT);

test('residual targets are scaled by their differences, others by themselves', () => {
  const { inputMean, inputScale, targetMean, targetScale, missing } = normalisation(layout, named());
  const u = layout.state.findIndex(
    ({ variable, level }) => variable === 'u_component_of_wind' && level === 500,
  );
  expect([targetMean[u], targetScale[u]]).toEqual([0, 19 / 8 + 500]);
  const rain = layout.state.findIndex(({ variable }) => variable === 'total_precipitation_6hr');
  expect([targetMean[rain], targetScale[rain]]).toEqual([23, 46]);
  const input = layout.inputs.findIndex(
    ({ variable, level }) => variable === 'geopotential' && level === 850,
  );
  expect([inputMean[input], inputScale[input]]).toEqual([12 + 850, 24 + 850]);
  expect(missing).toEqual([]);
});

test('what is missing, zero or NaN passes through and is listed once', () => {
  const { inputMean, inputScale, targetScale, missing } = normalisation(
    layout,
    named({
      mean: () => undefined,
      stddev: (variable) => (variable === 'land_sea_mask' ? 0 : 3),
      diffsStddev: (variable, level) => (variable === 'temperature' && level === 50 ? Number.NaN : 5),
    }),
  );
  expect(inputMean.every((mean) => mean === 0)).toBe(true);
  const mask = layout.inputs.findIndex(({ variable }) => variable === 'land_sea_mask');
  expect(inputScale[mask]).toBe(1);
  const cold = layout.state.findIndex(({ variable, level }) => variable === 'temperature' && level === 50);
  expect([targetScale[cold], targetScale[cold + 1]]).toEqual([1, 5]);
  expect(missing).toContain('mean of geopotential at 500 hPa');
  expect(missing).toContain('stddev of land_sea_mask');
  expect(missing).toContain('diffs_stddev of temperature at 50 hPa');
  expect(new Set(missing).size).toBe(missing.length);
});
