import { expect, test } from 'vitest';
import { DEFAULT_PLACE, decodePlace, encodePlace, type Place } from './location_hash';

test('the default place has no hash', () => {
  expect(encodePlace(DEFAULT_PLACE)).toBe('');
  expect(decodePlace('')).toEqual(DEFAULT_PLACE);
});

test('a place survives the way through the address', () => {
  const place: Place = {
    room: 'forecast',
    variable: '2m_temperature',
    level: null,
    layer: 'error',
    initialTime: Date.UTC(2018, 9, 6, 18) / 1000,
    leadHours: 72,
    camera: { longitude: -120.5, latitude: 30, zoom: 2.5 },
  };
  const hash = encodePlace(place);
  expect(hash).toBe(
    '#room=forecast&field=2m_temperature&level=surface&layer=error&init=2018-10-06T18&lead=72&view=-120.5,30,2.5',
  );
  expect(decodePlace(hash)).toEqual(place);
});

test('half hours keep their minutes', () => {
  const initialTime = Date.UTC(1959, 0, 2, 6, 30) / 1000;
  expect(decodePlace(encodePlace({ ...DEFAULT_PLACE, initialTime })).initialTime).toBe(initialTime);
});

test.each([
  '#room=kitchen',
  '#level=-3',
  '#lead=six',
  '#init=yesterday',
  '#view=1,2',
  '#view=0,100,1',
  '#view=a,b,c',
])('nonsense is ignored: %s', (hash) => {
  expect(decodePlace(hash)).toEqual(DEFAULT_PLACE);
});
