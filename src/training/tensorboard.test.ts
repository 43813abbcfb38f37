import { describe, expect, test } from 'vitest';
import { firstRecord, recordsUntil, scalarRecord, scalarsOf } from './tensorboard';
import { type DecodedEvent, decodeEvents } from './tensorboard.reference';

const file = (...records: Uint8Array[]) => Uint8Array.from(records.flatMap((bytes) => [...bytes]));
const START = 1_700_000_000.25;

describe('an event file', () => {
  test('is read by an independent decoder', () => {
    const scalars = { loss: 1.5, 'norms/encoder': -0.25, 'a/ü': Number.POSITIVE_INFINITY };
    const bytes = file(
      firstRecord(START),
      scalarRecord(START + 1, 1, scalars),
      scalarRecord(START + 2, 300_000, { loss: 3 }),
      scalarRecord(START + 3, 2 ** 40, {}),
    );
    const expected: DecodedEvent[] = [
      { wallTime: START, step: 0, fileVersion: 'brain.Event:2', scalars: {} },
      { wallTime: START + 1, step: 1, scalars },
      { wallTime: START + 2, step: 300_000, scalars: { loss: 3 } },
      { wallTime: START + 3, step: 2 ** 40, scalars: {} },
    ];
    expect(decodeEvents(bytes)).toEqual(expected);
  });

  test('begins with the bytes that all of TensorFlow begin with', () => {
    const bytes = firstRecord(0);
    expect([...bytes.subarray(0, 8)]).toEqual([24, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(8, 12)]).toEqual([0xa3, 0x7f, 0x4b, 0x22]);
    expect(new TextDecoder().decode(bytes.subarray(23, 36))).toBe('brain.Event:2');
  });

  test('is cut behind a step, and where it is damaged', () => {
    const records = [0, 5, 6, 300, 301].map((step) => scalarRecord(START, step, { loss: step }));
    const whole = file(firstRecord(START), ...records);
    const steps = (bytes: Uint8Array) => decodeEvents(bytes).map(({ step }) => step);
    expect(steps(recordsUntil(whole, 300))).toEqual([0, 0, 5, 6, 300]);
    expect(steps(recordsUntil(whole, 5))).toEqual([0, 0, 5]);
    expect(recordsUntil(whole, 1000)).toEqual(whole);
    expect(steps(recordsUntil(whole.subarray(0, whole.length - 3), 1000))).toEqual([0, 0, 5, 6, 300]);
    const damaged = whole.slice();
    damaged[whole.length - records[4].length - 10] ^= 1;
    expect(steps(recordsUntil(damaged, 1000))).toEqual([0, 0, 5, 6]);
    expect(recordsUntil(new Uint8Array(), 5)).toHaveLength(0);
  });
});

test('scalars of lines of metrics', () => {
  expect(
    scalarsOf({
      update: 50,
      loss: 1,
      gradient_norm: null,
      loss_by_field: { 'geopotential 500': 2 },
      norms_by_module: { 'processor step 0': { gradient: 3, update: 4 } },
    }),
  ).toEqual({
    loss: 1,
    'loss_by_field/geopotential_500': 2,
    'norms_by_module/processor_step_0/gradient': 3,
    'norms_by_module/processor_step_0/update': 4,
  });
  const rmse = { forecast: { '2m_temperature': [1, 2] } };
  expect(scalarsOf({ update: 50, validation: { loss: 1, lead_hours: [6, 24], n: [8, 7], rmse } })).toEqual({
    'validation/loss': 1,
    'validation/n/6_h': 8,
    'validation/n/24_h': 7,
    'validation/rmse/forecast/2m_temperature/6_h': 1,
    'validation/rmse/forecast/2m_temperature/24_h': 2,
  });
});
