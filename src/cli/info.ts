import { open, stat } from 'node:fs/promises';
import { DatasetError } from '../errors';
import { readLevels } from '../weather/coordinates';
import { openDataset } from '../weather/dataset';
import { openStore } from '../weather/formats/open_store';
import { formatTime, loadCheckpoint, reason } from './inputs';
import { parseOptions } from './options';

const COMMAND = {
  usage: 'info FILE [--json]',
  summary: 'Says what a checkpoint (.npz), a dataset or a file of statistics holds.',
  positionals: ['FILE'],
  options: { json: { help: 'print one JSON object' } },
};

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const [path] = options.positionals;
  const found = (await isCheckpoint(path)) ? await describeCheckpoint(path) : await describeData(path);
  if (options.flag('json')) console.log(JSON.stringify(found));
  else
    for (const [key, value] of Object.entries(found)) console.log(`${`${key}:`.padEnd(22)}${asText(value)}`);
}

/** A NumPy archive is a ZIP; so is a Zarr that is packed as one, by its name. */
async function isCheckpoint(path: string): Promise<boolean> {
  if (/^[a-z]+:\/\//i.test(path) || path.endsWith('.zip')) return false;
  try {
    if ((await stat(path)).isDirectory()) return false;
    const file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    await file.close();
    return buffer.toString('latin1').startsWith('PK');
  } catch (cause) {
    throw new DatasetError(
      `${path} cannot be read: ${reason(cause)}; give the path of a checkpoint or a dataset.`,
      {
        cause,
      },
    );
  }
}

async function describeCheckpoint(path: string) {
  const { parameters, modelConfig, task, description, license } = await loadCheckpoint(path);
  const count = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  return {
    kind: 'checkpoint',
    description,
    license,
    parameters: count,
    arrays: parameters.size,
    model: modelConfig,
    input_variables: task.inputVariables,
    target_variables: task.targetVariables,
    forcing_variables: task.forcingVariables,
    pressure_levels: task.pressureLevels,
    input_duration: task.inputDuration,
  };
}

/** A dataset, or a file of statistics. */
async function describeData(path: string) {
  try {
    return await describeDataset(path);
  } catch (error) {
    const statistics = await describeStatistics(path).catch(() => undefined);
    if (statistics) return statistics;
    throw error;
  }
}

/** One of the reference's statistics files: a number per variable, or per variable and level; undefined for others. */
async function describeStatistics(path: string) {
  const store = await openStore(path);
  try {
    const level = store.variables.get('level');
    const tabulated = [...store.variables.values()].filter((variable) => variable !== level);
    const isTable = tabulated.every(({ dimensions }) => ['', 'level'].includes(dimensions.join()));
    if (!isTable || tabulated.length === 0) return undefined;
    return {
      kind: 'statistics',
      levels: level ? Array.from(await readLevels(store, level)) : 'none',
      variables: Object.fromEntries(
        tabulated.map(({ name, dimensions }) => [name, dimensions.length > 0 ? 'per level' : 'one value']),
      ),
    };
  } finally {
    store.close();
  }
}

async function describeDataset(path: string) {
  const dataset = await openDataset(path);
  try {
    const { latitudes, longitudes, levels, times, variables } = dataset;
    return {
      kind: 'dataset',
      latitudes: `${latitudes.length}, ${latitudes[0]} to ${latitudes[latitudes.length - 1]} degrees`,
      longitudes: `${longitudes.length}, ${longitudes[0]} to ${longitudes[longitudes.length - 1]} degrees`,
      levels: levels.length > 0 ? levels : 'none',
      times: times.length,
      first_time: times.length > 0 ? formatTime(times[0]) : 'none',
      last_time: times.length > 0 ? formatTime(times[times.length - 1]) : 'none',
      variables: Object.fromEntries(
        [...variables.values()].map(({ name, hasTime, hasLevel, units }) => [
          name,
          `${['lat', 'lon'].toSpliced(0, 0, ...(hasTime ? ['time'] : []), ...(hasLevel ? ['level'] : [])).join(' ')} [${units || 'no unit given'}]`,
        ]),
      ),
    };
  } finally {
    dataset.close();
  }
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, item]) => `\n  ${key}: ${item}`)
      .join('');
  }
  return String(value);
}
