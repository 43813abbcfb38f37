import { ConfigError } from '../errors';
import type { Dataset } from '../weather/dataset';
import { openInThread } from '../weather/dataset_thread';
import { PERIOD_NAMES, type Periods, periodBetween } from '../weather/periods';
import type { Task } from '../weather/task';
import { VARIABLES } from '../weather/variables';
import { startDatasetWorker } from './dataset_worker';
import { openArguments, parseSize } from './inputs';
import { type ParsedOptions, UsageError } from './options';

/** Options of `train` that say which data serve what, and how they are read. */
export const TRAINING_DATA_OPTIONS = {
  'train-period': {
    value: 'FROM/TO',
    help: 'dates to train on, both inclusive, e.g. 1979-01-01/2015-12-31',
    default: 'all',
  },
  'validation-period': { value: 'FROM/TO', help: 'dates held out for validation' },
  'test-period': { value: 'FROM/TO', help: 'dates held out for tests' },
  sampling: {
    value: 'HOW',
    help: 'uniform: windows at random, with replacement; epochs: each once per epoch, shuffled',
    default: 'uniform',
  },
  cache: { value: 'DIR', help: 'folder to keep decoded frames in, for data that are slow to read' },
  'cache-size': { value: '20GB', help: 'size of that folder at most', default: '20GB' },
} as const;

/** Those of {@link TRAINING_DATA_OPTIONS} that are part of a run, and so not for `--resume`. */
export const RUN_DATA_OPTIONS = [...PERIOD_NAMES.map((name) => `${name}-period` as const), 'sampling'];

/**
 * The periods that the command line names.
 * @throws UsageError when one is not two dates in order
 */
export function periodsOf(options: ParsedOptions): Periods {
  const periods: Periods = {};
  for (const name of PERIOD_NAMES) {
    const text = options.text(`${name}-period`);
    if (text === undefined) continue;
    const dates = text.split('/');
    if (dates.length !== 2 || dates.includes('')) {
      throw new UsageError(
        `--${name}-period is '${text}', expected the first and the last date such as 1979-01-01/2015-12-31.`,
      );
    }
    const range: [string, string] = [dates[0], dates[1]];
    try {
      periodBetween(range, `the ${name} period`, `--${name}-period`);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      throw new UsageError(cause.message, { cause });
    }
    periods[name] = range;
  }
  return periods;
}

/**
 * Opens the data that the options name in a thread of its own, so that decoding them does not keep the GPU waiting.
 * @throws DatasetError, UsageError
 */
export async function openTrainingData(options: ParsedOptions): Promise<Dataset> {
  const folder = options.text('cache');
  if (folder === undefined && options.text('cache-size') !== undefined) {
    throw new UsageError('--cache-size is for --cache; give the folder too, or leave the size out.');
  }
  const bytes = parseSize('cache-size', options.text('cache-size') ?? '20GB');
  const cache = folder === undefined ? undefined : { folder, bytes };
  return openInThread(startDatasetWorker(), { open: openArguments(options), cache });
}

/** Variables that a sentence names before it says how many more there are. */
const MOST_NAMES = 8;

/** Says on stderr which variables of the data a task does without, and which it takes that are not known. */
export function sayWhatIsUsed({ variables }: Pick<Dataset, 'variables'>, task: Task): void {
  const used = new Set([...task.inputVariables, ...task.targetVariables, ...task.forcingVariables]);
  const names = [...variables.keys()];
  const say = (what: string, found: string[]) => {
    if (found.length === 0) return;
    const more = found.length > MOST_NAMES ? ` and ${found.length - MOST_NAMES} more` : '';
    console.error(`${what}: ${found.slice(0, MOST_NAMES).join(', ')}${more}`);
  };
  const unknown = names.filter((name) => used.has(name) && !VARIABLES.has(name));
  say(
    'Left out, not part of the task',
    names.filter((name) => !used.has(name)),
  );
  say("Unknown, used as surface variables in the file's own units", unknown);
}
