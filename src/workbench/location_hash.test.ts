import { expect, test } from 'vitest';
import { DEFAULT_PLACE, decodePlace, encodePlace, type Place } from './location_hash';

test('the default place has no hash', () => {
  expect(encodePlace(DEFAULT_PLACE)).toBe('');
  expect(decodePlace('')).toEqual(DEFAULT_PLACE);
});

test('a place survives the way through the address', () => {
  const place: Place = {
    ...DEFAULT_PLACE,
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

test('so do a comparison, the projection, what is drawn over the field, and the picked place', () => {
  const place: Place = {
    ...DEFAULT_PLACE,
    compare: { layer: 'truth', divider: 0.3 },
    projection: 'flat',
    overlays: { isolines: false, extremes: true, graticule: false, wind: true, mesh: true, cells: false },
    meshLevels: [0, 2],
    rangeKind: 'symmetric',
    units: ['K', 'm²/s²'],
    pick: { longitude: -12.5, latitude: 48.25 },
  };
  const hash = encodePlace(place);
  expect(hash).toContain('compare=truth,0.3&map=flat&over=extremes,wind,mesh&meshlevels=0,2&range=symmetric');
  expect(decodePlace(hash)).toEqual(place);
  for (const divider of [0.5, null]) {
    const compare = { layer: 'error', divider } as const;
    expect(decodePlace(encodePlace({ ...place, compare })).compare).toEqual(compare);
  }
  const none = {
    ...{ isolines: false, extremes: false, graticule: false },
    ...{ wind: false, mesh: false, cells: false },
  };
  expect(decodePlace(encodePlace({ ...place, overlays: none })).overlays).toEqual(none);
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
  '#compare=rumour',
  '#map=round',
  '#meshlevels=-1',
  '#pick=0,91',
])('nonsense is ignored: %s', (hash) => {
  expect(decodePlace(hash)).toEqual(DEFAULT_PLACE);
});
