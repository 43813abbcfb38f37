import type { Channel, ChannelLayout } from './channels';
import type { Statistics } from './statistics';

/**
 * Factors that bring physical units to the network's and back (spec 7):
 * input = (x − inputMean) / inputScale; target = (y − base − targetMean) / targetScale, where base is the
 * newest input frame for a residual channel and 0 for the others.
 */
export interface Normalisation {
  /** [input channels] */
  inputMean: Float32Array;
  /** [input channels] */
  inputScale: Float32Array;
  /** [state channels]: standard deviation of 6 h differences for a residual, else standard deviation. */
  targetScale: Float32Array;
  /** [state channels]: 0 for a residual, else the mean. */
  targetMean: Float32Array;
  /** What the statistics lack, such as 'stddev of geopotential at 500 hPa': passed through with 0 or 1. */
  missing: string[];
}

/**
 * Looks up the statistics of every channel, rounded to float32 as the reference does before it uses them.
 * A statistic that is missing is replaced by mean 0 or scale 1 and listed in `missing`; so is a scale of 0 (a
 * field that never changes), which could not be divided by.
 */
export function normalisation(layout: ChannelLayout, statistics: Statistics): Normalisation {
  const missing = new Set<string>();
  const mean = ({ variable, level }: Channel): number => {
    const value = statistics.mean(variable, level);
    if (value !== undefined && Number.isFinite(value)) return value;
    missing.add(`mean of ${place(variable, level)}`);
    return 0;
  };
  const scale = (table: 'stddev' | 'diffsStddev', { variable, level }: Channel): number => {
    const value = statistics[table](variable, level);
    if (value !== undefined && Number.isFinite(value) && Math.fround(value) > 0) return value;
    missing.add(`${table === 'stddev' ? 'stddev' : 'diffs_stddev'} of ${place(variable, level)}`);
    return 1;
  };
  return {
    inputMean: Float32Array.from(layout.inputs, mean),
    inputScale: Float32Array.from(layout.inputs, (channel) => scale('stddev', channel)),
    targetScale: Float32Array.from(layout.state, (channel, c) =>
      scale(layout.residual[c] ? 'diffsStddev' : 'stddev', channel),
    ),
    targetMean: Float32Array.from(layout.state, (channel, c) => (layout.residual[c] ? 0 : mean(channel))),
    missing: [...missing],
  };
}

function place(variable: string, level: number | null): string {
  return level === null ? variable : `${variable} at ${level} hPa`;
}
