import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REGIONS } from '../forecast/regions';
import { decodePlace, encodePlace } from './location_hash';
import {
  DEFAULT_ROOMS,
  decodeRooms,
  encodeRooms,
  INPUT_FRAMES,
  METRICS,
  MOST_SENSITIVITY_STEPS,
  NODE_READINGS,
  type RoomsPlace,
  ZOOMS,
} from './rooms_hash';

const throughAddress = (rooms: RoomsPlace) => decodeRooms(`#${encodeRooms(rooms).join('&')}`);

test('what nobody chose leaves no trace', () => {
  expect(encodeRooms(DEFAULT_ROOMS)).toEqual([]);
  expect(decodeRooms('')).toEqual(DEFAULT_ROOMS);
});

test('what was chosen is read in the address as a person would write it', () => {
  const rooms: RoomsPlace = {
    network: { zoom: 'message', node: 17, step: 3, edge: 204 },
    shows: 'gradient',
    sensitivity: { variable: 'temperature', level: 850, steps: 4, longitude: 12.5, latitude: 40 },
    frame: 'previous',
    perDeviation: false,
    ...{ metric: 'acc', baseline: 'climatology', region: 'tropics' },
  };
  const hash = encodeRooms(rooms).join('&');
  expect(hash).toBe(
    'network=message,17,3,204&nodes=gradient&sensitivity=temperature,850,4,12.5,40&inputframe=previous&per=unit&score=acc,climatology,tropics',
  );
  expect(decodeRooms(`#${hash}`)).toEqual(rooms);
});

test('other scores belong to one visit: no link asks for them', () => {
  expect(encodeRooms({ ...DEFAULT_ROOMS, baseline: 'against' })).toEqual([]);
  expect(decodeRooms('#score=rmse,against,global').baseline).toBe('persistence');
});

test('anything unreadable is ignored', () => {
  const bad = [
    ...['network=node', 'network=moon,1,2', 'network=node,-1,2', 'network=node,1,2.5', 'nodes=colour'],
    ...['sensitivity=', 'sensitivity=temperature,850,9,0,0', 'sensitivity=temperature,x,1,0,0'],
    ...['sensitivity=temperature,850,1,0,95', 'inputframe=next', 'score=mae,none,atlantis'],
  ];
  for (const hash of bad) expect(decodeRooms(`#${hash}`), hash).toEqual(DEFAULT_ROOMS);
});

test('whatever is shown is found again, beside any place', () => {
  const count = fc.nat({ max: 100_000 });
  const degrees = (most: number) => fc.integer({ min: -100 * most, max: 100 * most }).map((n) => n / 100);
  const rooms: fc.Arbitrary<RoomsPlace> = fc.record({
    network: fc.option(
      fc.record({ zoom: fc.constantFrom(...ZOOMS), node: count, step: count, edge: fc.option(count) }),
    ),
    shows: fc.constantFrom(...NODE_READINGS),
    sensitivity: fc.option(
      fc.record({
        variable: fc.constantFrom('geopotential', '2m_temperature', 'a&b=c,d'),
        level: fc.constantFrom(null, 50, 1000),
        steps: fc.integer({ min: 1, max: MOST_SENSITIVITY_STEPS }),
        longitude: degrees(180),
        latitude: degrees(90),
      }),
    ),
    frame: fc.constantFrom(...INPUT_FRAMES),
    perDeviation: fc.boolean(),
    metric: fc.constantFrom(...METRICS),
    baseline: fc.constantFrom('persistence' as const, 'climatology' as const),
    region: fc.constantFrom(...REGIONS.map(({ id }) => id)),
  });
  fc.assert(
    fc.property(rooms, (chosen) => {
      expect(throughAddress(chosen)).toEqual(chosen);
      const hash = `#room=network&${encodeRooms(chosen).join('&')}`;
      expect(encodePlace(decodePlace(hash))).toBe('#room=network');
    }),
  );
});
