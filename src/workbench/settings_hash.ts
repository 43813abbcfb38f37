/**
 * The Train room's settings in the address, after the place, so that a link reopens them:
 * `preset=mini&latent=128&mesh=4&messages=8&rate=0.0005&updates=5000&batch=2&arsteps=4&activations=bfloat16&seed=7`,
 * `task=TASK_13`, `sampling=epochs`, `validateevery=100`, `freeze=encoder,decoder`, `weights=temperature:2,specific_humidity:0.1`,
 * `average=0.999`, `onbad=skip`,
 * `train=1979/2015&validation=2016/2017&test=2018` (ISO dates as on the command line; `train=all`: nothing is held out),
 * `start=new` or `start=checkpoint`.
 * Defaults are left out; anything unreadable is ignored.
 */
import { PRESETS } from '../graphcast/config';
import { PARTS, type Part } from '../graphcast/parameters';
import { BAD_UPDATE_POLICIES } from '../training/bad_update_policy';
import { SAMPLINGS } from '../training/sampler';
import { PERIOD_NAMES, type Periods, parsePeriods } from '../weather/periods';
import { TASK_NAMES } from '../weather/task';
import { DEFAULT_PRESET, LARGEST_WEIGHT, type OwnSettings, usualSettings } from './state/usual_settings';

/** What settings ask of the open data and checkpoint; undefined: what is usual for them. */
export interface AskedOfFiles {
  periods?: Periods | 'all';
  /** A new network, although a checkpoint is open; false: the checkpoint, although new weights are usual. */
  fresh?: boolean;
}

export type LinkedSettings = OwnSettings & AskedOfFiles;

interface Field<T> {
  key: string;
  /** Undefined when the text is no value. */
  read(text: string): T | undefined;
  /** `String` when left out. */
  write?(value: T): string;
}

const number = (key: string, least: number, most: number, isAllowed = Number.isInteger): Field<number> => ({
  key,
  read: (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    return isAllowed(value) && value >= least && value <= most ? value : undefined;
  },
});

const choice = <T extends string>(key: string, choices: readonly T[]): Field<T> => ({
  key,
  read: (text) => choices.find((known) => known === text),
});

/** Some parts, by their names; with all of them frozen nothing could be learnt. */
function readParts(text: string): Part[] | undefined {
  const named = text.split(',');
  const parts = PARTS.filter((part) => named.includes(part));
  return parts.length === named.length && parts.length < PARTS.length ? parts : undefined;
}

/** 'temperature:2,specific_humidity:0.1' */
function readWeights(text: string): Record<string, number> | undefined {
  const weights = text.split(',').map((part) => /^([a-z0-9_]+):([0-9.e-]+)$/i.exec(part));
  if (
    !weights.every((match) => match !== null && Number(match[2]) >= 0 && Number(match[2]) <= LARGEST_WEIGHT)
  ) {
    return undefined;
  }
  return Object.fromEntries(weights.map((match) => [match![1], Number(match![2])]));
}

function writeWeights(weights: Record<string, number>): string {
  return Object.entries(weights)
    .map(([name, weight]) => `${name}:${weight}`)
    .join();
}

/** Every setting that does not depend on what is open: within what its control allows. */
const FIELDS: { [K in Exclude<keyof OwnSettings, 'preset'>]: Field<OwnSettings[K]> } = {
  latentSize: number('latent', 1, 4096),
  meshSize: number('mesh', 0, 6),
  messageSteps: number('messages', 1, 16),
  learningRate: number('rate', 1e-7, 0.1, Number.isFinite),
  updates: number('updates', 1, 1e6),
  batchSize: number('batch', 1, 1024),
  arSteps: number('arsteps', 1, 12),
  activations: choice('activations', ['float32', 'bfloat16']),
  seed: number('seed', 0, 2 ** 31 - 1),
  task: choice('task', ['own', 'data', ...TASK_NAMES]),
  sampling: choice('sampling', SAMPLINGS),
  validateEvery: number('validateevery', 1, 1e6),
  freeze: { key: 'freeze', read: readParts },
  variableWeights: { key: 'weights', read: readWeights, write: writeWeights },
  averageDecay: number('average', 0.5, 0.999999, Number.isFinite),
  onBadUpdate: choice('onbad', BAD_UPDATE_POLICIES),
};

const FIELD_NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
const PRESET = choice('preset', Object.keys(PRESETS));
const START = choice('start', ['new', 'checkpoint']);
const ALL = 'all';

/** The parts of the address that tell these settings, ready to be joined with '&'. */
export function encodeSettings({ preset, periods, fresh, ...settings }: LinkedSettings): string[] {
  const usual = usualSettings(preset);
  const parts = preset === DEFAULT_PRESET ? [] : [`${PRESET.key}=${preset}`];
  for (const name of FIELD_NAMES) {
    const text = textOf(name, settings);
    if (text !== textOf(name, usual)) parts.push(`${FIELDS[name].key}=${text}`);
  }
  if (periods === ALL) parts.push(`train=${ALL}`);
  else {
    for (const name of PERIOD_NAMES) {
      const range = periods?.[name];
      if (range) parts.push(`${name}=${range[0] === range[1] ? range[0] : range.join('/')}`);
    }
  }
  if (fresh !== undefined) parts.push(`${START.key}=${fresh ? 'new' : 'checkpoint'}`);
  return parts;
}

function textOf<K extends keyof typeof FIELDS>(name: K, settings: Pick<OwnSettings, K>): string {
  const { write = String }: Field<OwnSettings[K]> = FIELDS[name];
  return write(settings[name]);
}

export function decodeSettings(hash: string): LinkedSettings {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const read = <T>({ key, read: parse }: Field<T>) => {
    const text = given.get(key);
    return text === null ? undefined : parse(text);
  };
  const settings = usualSettings(read(PRESET));
  const take = <K extends keyof typeof FIELDS>(name: K) => {
    const value: OwnSettings[K] | undefined = read<OwnSettings[K]>(FIELDS[name] as Field<OwnSettings[K]>);
    if (value !== undefined) settings[name] = value;
  };
  FIELD_NAMES.forEach(take);
  const start = read(START);
  return { ...settings, periods: periodsOf(given), fresh: start && start === 'new' };
}

function periodsOf(given: URLSearchParams): Periods | 'all' | undefined {
  const named = PERIOD_NAMES.flatMap((name) => {
    const text = given.get(name);
    return text === null ? [] : [[name, text] as const];
  });
  if (named.length === 0) return undefined;
  if (given.get('train') === ALL) return ALL;
  const dates = named.map(([name, text]) => {
    const range = text.split('/');
    return [name, range.length === 1 ? [text, text] : range];
  });
  try {
    return parsePeriods(Object.fromEntries(dates), 'the address');
  } catch {
    return undefined;
  }
}
