import { type Task, validateTask } from './task';
import { isAtmospheric } from './variables';

/** One field: a variable, on one pressure level (hPa) or on none. */
export interface Channel {
  variable: string;
  level: number | null;
}

/** One input channel of the network and where its values come from. */
export interface InputChannel extends Channel {
  source: 'state' | 'forcing' | 'static';
  /** 6-hourly frame relative to the newest input frame; 0 for a static field. */
  frame: -1 | 0 | 1;
  /** Index within the channel list of its source. */
  plane: number;
}

/** How a task's variables become channels (spec 6). */
export interface ChannelLayout {
  /** Target variables, ASCII order, levels expanded: the network's output channels. */
  state: Channel[];
  /** Forcing variables, ASCII order. */
  forcings: Channel[];
  /** Input variables that are neither target nor forcing, ASCII order. */
  statics: Channel[];
  /** The network's input channels in order, without the three structural features. */
  inputs: InputChannel[];
  /** Per state channel: the target is also an input and so is predicted as a residual (spec 7). */
  residual: boolean[];
}

/**
 * Lays out a task's channels as the reference does (spec 6): variables in ASCII order; inside a variable time
 * first (−6 h, then 0 h), then levels ascending; after all inputs the forcings at +6 h.
 *
 * @throws ConfigError when the task is not valid (see `validateTask`).
 */
export function channelLayout(task: Task): ChannelLayout {
  validateTask(task);
  const isTarget = new Set(task.targetVariables);
  const isForcing = new Set(task.forcingVariables);
  const isInput = new Set(task.inputVariables);

  const expand = (variables: string[]): Channel[] =>
    variables.toSorted().flatMap((variable) => {
      const levels = isAtmospheric(variable) ? task.pressureLevels : [null];
      return levels.map((level) => ({ variable, level }));
    });
  const state = expand(task.targetVariables);
  const forcings = expand(task.forcingVariables);
  const statics = expand(task.inputVariables.filter((name) => !isTarget.has(name) && !isForcing.has(name)));

  const block = (
    source: InputChannel['source'],
    variable: string,
    frame: InputChannel['frame'],
  ): InputChannel[] => {
    const list = { state, forcing: forcings, static: statics }[source];
    return list.flatMap((channel, plane) =>
      channel.variable === variable ? [{ ...channel, source, frame, plane }] : [],
    );
  };
  const present = task.inputVariables.toSorted().flatMap((variable) => {
    if (isTarget.has(variable)) return [...block('state', variable, -1), ...block('state', variable, 0)];
    if (isForcing.has(variable)) return [...block('forcing', variable, -1), ...block('forcing', variable, 0)];
    return block('static', variable, 0);
  });
  const future = task.forcingVariables.toSorted().flatMap((variable) => block('forcing', variable, 1));

  return {
    state,
    forcings,
    statics,
    inputs: [...present, ...future],
    residual: state.map(({ variable }) => isInput.has(variable)),
  };
}

/** Each variable once, with its levels: 'temperature (50, 100 hPa), 2m_temperature'. */
export function channelsInWords(channels: Channel[]): string {
  const levels = new Map<string, Set<number>>();
  for (const { variable, level } of channels) {
    const found = levels.get(variable) ?? new Set();
    levels.set(variable, level === null ? found : found.add(level));
  }
  const words = [...levels].map(([variable, at]) =>
    at.size === 0 ? variable : `${variable} (${[...at].join(', ')} hPa)`,
  );
  return words.join(', ');
}
