/** Which fields an evaluation is about. */
import { ConfigError, DatasetError } from '../errors';
import type { Channel, ChannelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { type Task, taskFromDataset } from '../weather/task';
import { isAtmospheric } from '../weather/variables';

/** The states of a task alone, as reading the truth needs them: no forcings, no static fields. */
export function statesOnly({ targetVariables, pressureLevels, inputDuration }: Task): Task {
  const onLevels = targetVariables.some(isAtmospheric);
  return {
    inputVariables: targetVariables,
    targetVariables,
    forcingVariables: [],
    pressureLevels: onLevels ? pressureLevels : [],
    inputDuration,
  };
}

/**
 * The states that a dataset holds, for scoring without a model.
 *
 * @param wanted as `--fields` names them; all when left out. Others are not read, so gaps in them do no harm.
 * @throws DatasetError when the dataset has none of them
 */
export function baselineTask(dataset: Dataset, wanted: string[] | undefined): Task {
  const task = statesOnly(taskFromDataset(dataset));
  if (!wanted) return task;
  const chosen = wanted.map(parseField);
  const targetVariables = task.targetVariables.filter((name) =>
    chosen.some(({ variable }) => variable === name),
  );
  if (targetVariables.length === 0) {
    throw new DatasetError(
      `${dataset.name}: there is none of the fields ${wanted.join(', ')} (the file holds ${task.targetVariables.join(', ')}); choose others.`,
    );
  }
  const all = chosen.some(({ variable, level }) => level === null && isAtmospheric(variable));
  const levels = chosen.map(({ level }) => level);
  const some = task.pressureLevels.filter((level) => levels.includes(level));
  // A level that is not there is for `chosenChannels` to refuse.
  const pressureLevels = all || some.length === 0 ? task.pressureLevels : some;
  return statesOnly({ ...task, targetVariables, pressureLevels });
}

/**
 * The state channels to score.
 *
 * @throws ConfigError when a wanted field is not among them
 */
export function chosenChannels(layout: ChannelLayout, wanted: string[] | undefined): number[] {
  if (!wanted) return [...layout.state.keys()];
  return wanted.flatMap((text) => {
    const { variable, level } = parseField(text);
    const found = layout.state.flatMap((channel, c) =>
      channel.variable === variable && (level === null || channel.level === level) ? [c] : [],
    );
    if (found.length > 0) return found;
    const fields = layout.state.map(
      (channel) => `${channel.variable}${channel.level === null ? '' : ` ${channel.level}`}`,
    );
    throw new ConfigError(
      `--fields names '${text}', which is not predicted; choose among ${fields.join(', ')}.`,
    );
  });
}

/** 'geopotential 500' is one level, 'geopotential' all of them. */
function parseField(text: string): Channel {
  const [variable, level] = text.trim().split(/\s+/);
  return { variable, level: level === undefined ? null : Number(level) };
}
