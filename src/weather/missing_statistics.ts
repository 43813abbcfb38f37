import { type Channel, type ChannelLayout, channelLayout } from './channels';
import type { Dataset } from './dataset';
import { computeStatistics, type StatisticsOptions, TabulatedStatistics } from './statistics';
import type { Task } from './task';

/**
 * Statistics with what they lack for a task computed from the data, for a network that is given fields which its
 * statistics do not know. What they hold stays.
 *
 * @returns the statistics, and the fields that were computed; those given when nothing is missing
 * @throws DatasetError as `computeStatistics`
 */
export async function completeStatistics(
  statistics: TabulatedStatistics,
  dataset: Dataset,
  task: Task,
  options: StatisticsOptions = {},
): Promise<{ statistics: TabulatedStatistics; computed: Channel[] }> {
  const layout = channelLayout(task);
  const computed = missingChannels(layout, statistics);
  if (computed.length === 0) return { statistics, computed };
  const names = new Set(computed.map(({ variable }) => variable));
  const targets = task.targetVariables.filter((name) => names.has(name));
  const found = await computeStatistics(
    dataset,
    {
      ...task,
      inputVariables: task.inputVariables.filter((name) => names.has(name)),
      targetVariables: targets.length > 0 ? targets : task.targetVariables.slice(0, 1), // no task goes without
      forcingVariables: task.forcingVariables.filter((name) => names.has(name)),
    },
    options,
  );
  const merged = (measure: 'mean' | 'stddev' | 'diffsStddev') => {
    const table = new Map(statistics.tables[measure]);
    for (const { variable, level } of computed) {
      const value = found[measure](variable, level);
      if (value === undefined || isKnown(statistics[measure](variable, level))) continue;
      if (level === null) {
        table.set(variable, { levels: null, values: Float64Array.of(value) });
        continue;
      }
      const entry = table.get(variable);
      const values = new Map(entry?.levels?.map((known, i) => [known, entry.values[i]]));
      const rows = [...values.set(level, value)].sort(([a], [b]) => a - b);
      table.set(variable, {
        levels: rows.map(([known]) => known),
        values: Float64Array.from(rows, ([, of]) => of),
      });
    }
    return table;
  };
  return {
    statistics: new TabulatedStatistics({
      mean: merged('mean'),
      stddev: merged('stddev'),
      diffsStddev: merged('diffsStddev'),
    }),
    computed,
  };
}

/** Fields without a mean, a standard deviation or, where targets need it, one of 6 h differences. */
function missingChannels(layout: ChannelLayout, statistics: TabulatedStatistics): Channel[] {
  const lacks =
    (measures: ('mean' | 'stddev' | 'diffsStddev')[]) =>
    ({ variable, level }: Channel) =>
      measures.some((measure) => !isKnown(statistics[measure](variable, level)));
  return [
    ...layout.state.filter(lacks(['mean', 'stddev', 'diffsStddev'])),
    ...[...layout.forcings, ...layout.statics].filter(lacks(['mean', 'stddev'])),
  ];
}

function isKnown(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value);
}
