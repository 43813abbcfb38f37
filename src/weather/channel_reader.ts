import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import type { Channel } from './channels';
import type { Dataset } from './dataset';
import { pauseForEvents } from './event_loop';
import { deriveForcing } from './forcings';

/**
 * Channels at one time, [channels, grid nodes], from the dataset where it has them, else derived. A dataset that
 * another thread reads does all of this there.
 *
 * @param channels the channels of a variable are neighbours
 * @param time seconds since 1970-01-01 UTC
 * @param frame at that time; undefined outside the dataset
 * @throws DatasetError when a channel cannot be read, holds a NaN, or is neither in the dataset nor derivable
 */
export async function readChannels(
  dataset: Dataset,
  channels: Channel[],
  time: number,
  frame: number | undefined,
): Promise<Float32Array> {
  if (dataset.readChannels) return dataset.readChannels(channels, time, frame);
  const gridNodes = dataset.latitudes.length * dataset.longitudes.length;
  const result = new Float32Array(channels.length * gridNodes);
  for (let c = 0; c < channels.length; ) {
    // Files are read synchronously.
    await pauseForEvents();
    const { variable } = channels[c];
    const levels = channels.flatMap((channel) => (channel.variable === variable ? [channel.level] : []));
    result.set(await readField(dataset, variable, levels, time, frame), c * gridNodes);
    c += levels.length;
  }
  return result;
}

/** All channels of one variable, [levels, grid nodes]. */
async function readField(
  dataset: Dataset,
  variable: string,
  levels: (number | null)[],
  time: number,
  frame: number | undefined,
): Promise<Float32Array> {
  if (frame !== undefined && dataset.variables.has(variable)) {
    const onLevels = levels.filter((level) => level !== null);
    const values = await dataset.read(variable, frame, onLevels.length > 0 ? onLevels : undefined);
    requireFinite(dataset, values, variable, levels, time);
    return values;
  }
  const derived = deriveForcing(variable, time, dataset.latitudes, dataset.longitudes);
  if (derived) return derived;
  throw new DatasetError(
    `${dataset.name}: the forcing '${variable}' is needed on ${formatUtc(time)}, when the file has none, and cannot ` +
      'be derived; use fewer steps or data that reaches further.',
  );
}

function requireFinite(
  dataset: Dataset,
  values: Float32Array,
  variable: string,
  levels: (number | null)[],
  time: number,
): void {
  const gridNodes = values.length / levels.length;
  levels.forEach((level, l) => {
    const bad = countNotFinite(values.subarray(l * gridNodes, (l + 1) * gridNodes));
    if (bad === 0) return;
    const where = level === null ? '' : ` at ${level} hPa`;
    const when = dataset.variables.get(variable)?.hasTime ? ` on ${formatUtc(time)}` : '';
    throw new DatasetError(
      `${dataset.name}: '${variable}'${where}${when} is NaN or infinite at ${bad} of ${gridNodes} grid points; ` +
        `leave this ${level === null ? 'variable' : 'level or variable'} out of the task or fill the gaps.`,
    );
  });
}

function countNotFinite(values: Float32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}
