import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PRESETS } from '../graphcast/config';
import { PARTS } from '../graphcast/parameters';
import { BAD_UPDATE_POLICIES } from '../training/bad_update_policy';
import type { Periods } from '../weather/periods';
import { decodePlace, encodePlace } from './location_hash';
import { decodeSettings, encodeSettings, type LinkedSettings } from './settings_hash';
import { usualSettings } from './state/usual_settings';

const throughAddress = (settings: LinkedSettings) => decodeSettings(`#${encodeSettings(settings).join('&')}`);

test('the usual settings of the first preset leave no trace', () => {
  expect(encodeSettings(usualSettings())).toEqual([]);
  expect(decodeSettings('')).toEqual({ ...usualSettings(), periods: undefined, fresh: undefined });
});

test('what was chosen is read in the address as a person would write it', () => {
  const settings: LinkedSettings = {
    ...usualSettings('mini'),
    ...{ latentSize: 128, messageSteps: 8, learningRate: 5e-4, updates: 5000, batchSize: 2, arSteps: 4 },
    ...{ activations: 'bfloat16', seed: 7, task: 'TASK_13', sampling: 'epochs', validateEvery: 100 },
    ...{ freeze: ['encoder', 'decoder'], averageDecay: 0.999, onBadUpdate: 'skip' },
    variableWeights: { temperature: 2, specific_humidity: 0.1 },
    periods: { train: ['1979', '2015'], validation: ['2016', '2017'], test: ['2018', '2018'] },
    fresh: true,
  };
  const hash = encodeSettings(settings).join('&');
  expect(hash).toBe(
    'preset=mini&latent=128&messages=8&rate=0.0005&updates=5000&batch=2&arsteps=4&activations=bfloat16&seed=7&task=TASK_13&sampling=epochs&validateevery=100&freeze=encoder,decoder&weights=temperature:2,specific_humidity:0.1&average=0.999&onbad=skip&train=1979/2015&validation=2016/2017&test=2018&start=new',
  );
  expect(decodeSettings(`#${hash}`)).toEqual(settings);
});

const day = fc.date({
  min: new Date('1940-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});

/** Periods after one another: from and to, from and to. */
const periods = fc
  .uniqueArray(
    day.map((date) => date.toISOString().slice(0, 10)),
    { minLength: 6, maxLength: 6 },
  )
  .chain((dates): fc.Arbitrary<Periods> => {
    const [a, b, c, d, e, f] = dates.toSorted();
    return fc.record(
      {
        train: fc.constant<[string, string]>([a, b]),
        validation: fc.constant<[string, string]>([c, d]),
        test: fc.constant<[string, string]>([e, f]),
      },
      { requiredKeys: ['train'] },
    );
  });

const settings: fc.Arbitrary<LinkedSettings> = fc.record({
  preset: fc.constantFrom(...Object.keys(PRESETS)),
  latentSize: fc.integer({ min: 1, max: 4096 }),
  meshSize: fc.integer({ min: 0, max: 6 }),
  messageSteps: fc.integer({ min: 1, max: 16 }),
  learningRate: fc.double({ min: 1e-7, max: 0.1, noNaN: true }),
  updates: fc.integer({ min: 1, max: 1e6 }),
  batchSize: fc.integer({ min: 1, max: 1024 }),
  arSteps: fc.integer({ min: 1, max: 12 }),
  activations: fc.constantFrom('float32', 'bfloat16'),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  task: fc.constantFrom('own', 'data', 'TASK', 'TASK_13', 'TASK_13_PRECIP_OUT'),
  sampling: fc.constantFrom('uniform', 'epochs'),
  validateEvery: fc.integer({ min: 1, max: 1e6 }),
  freeze: fc.subarray([...PARTS], { maxLength: PARTS.length - 1 }),
  variableWeights: fc.dictionary(
    fc.stringMatching(/^[a-z0-9_]+$/),
    fc.double({ min: 0, max: 1000, noNaN: true }),
  ),
  averageDecay: fc.option(fc.double({ min: 0.5, max: 0.999999, noNaN: true }), { nil: undefined }),
  onBadUpdate: fc.constantFrom(...BAD_UPDATE_POLICIES),
  periods: fc.option(fc.oneof(periods, fc.constant<'all'>('all')), { nil: undefined }),
  fresh: fc.option(fc.boolean(), { nil: undefined }),
});

test('any settings survive the way through the address, and leave the place beside them alone', () => {
  const place = { ...decodePlace(''), room: 'score', variable: '2m_temperature', level: null } as const;
  fc.assert(
    fc.property(settings, (given) => {
      expect(throughAddress(given)).toEqual(given);
      const hash = [encodePlace(place), ...encodeSettings(given)].join('&');
      expect(decodePlace(hash)).toEqual(place);
      expect(decodeSettings(hash)).toEqual(given);
    }),
  );
});

test('whatever stands in the address, settings that a control allows come out of it', () => {
  const sizes = ['preset', 'latent', 'mesh', 'rate', 'updates', 'batch', 'seed'];
  const keys = [...sizes, 'train', 'test', 'start', 'task', 'freeze', 'weights', 'average', 'onbad'];
  const part = fc.tuple(
    fc.constantFrom(...keys),
    fc.oneof(fc.string(), fc.double().map(String), day.map(String)),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const hash = `#${parts.map(([key, text]) => `${key}=${text}`).join('&')}`;
      const read = decodeSettings(hash);
      expect(throughAddress(read)).toEqual(read);
    }),
  );
});

test.each([
  'preset=huge',
  'latent=wide',
  'latent=',
  'latent=64.5',
  'mesh=7',
  'messages=0',
  'rate=0',
  'rate=NaN',
  'rate=1',
  'updates=-3',
  'batch=1e9',
  'activations=float16',
  'seed=-1',
  'task=TASK_14',
  'sampling=never',
  'validateevery=0',
  'train=yesterday',
  'train=2001/2000',
  'train=2000/2001/2002',
  'train=2000/2005&validation=2004/2006',
  'validation=2016/2017',
  'freeze=everything',
  'weights=temperature',
  'weights=temperature:-1',
  'weights=temperature:1:2',
  'weights=temperature:many',
  'freeze=encoder,processor,decoder',
  'average=1',
  'onbad=panic',
  'start=over',
])('nonsense is ignored: %s', (hash) => {
  expect(encodeSettings(decodeSettings(`#${hash}`))).toEqual([]);
});
