import { ConfigError } from '../errors';
import { PRESETS } from '../graphcast/config';
import type { ElementType } from '../webgpu/tensor';
import { PEAK_LEARNING_RATE, type Phase } from './run_config';

/** How a network is trained: the parts of a run's configuration that a preset brings with its sizes. */
export interface Protocol {
  phases: Phase[];
  batch_size: number;
  activations: ElementType;
}

interface Lengths {
  warmUp: number;
  cosine: number;
  /** Updates with each number of autoregressive steps from 2 to `most`, at a constant rate. */
  fineTuning: { each: number; most: number; rate: number };
}

/** The paper's three phases (spec 11) with other lengths: linear warm-up, half a cosine, longer and longer forecasts. */
function threePhases({ warmUp, cosine, fineTuning: { each, most, rate } }: Lengths): Phase[] {
  return [
    { updates: warmUp, learning_rate: { shape: 'linear', from: 0, to: PEAK_LEARNING_RATE }, ar_steps: 1 },
    { updates: cosine, learning_rate: { shape: 'cosine', from: PEAK_LEARNING_RATE, to: 0 }, ar_steps: 1 },
    {
      updates: each * (most - 1),
      learning_rate: { shape: 'constant', value: rate },
      ar_steps: most === 2 ? 2 : { from: 2, to: most },
    },
  ];
}

/** The paper's own: 311,000 updates of 32 windows, activations in bfloat16 (spec 11). */
const PAPER: Protocol = {
  phases: threePhases({ warmUp: 1000, cosine: 299_000, fineTuning: { each: 1000, most: 12, rate: 3e-7 } }),
  batch_size: 32,
  activations: 'bfloat16',
};

/**
 * By preset. The released sizes at 0.25 degree have the paper's protocol. The smaller ones have the same three phases in
 * what one machine can do; with fewer fine-tuning updates at a higher rate, so that they still have an effect.
 */
const PROTOCOLS: Record<string, Protocol> = {
  // Minutes on any machine.
  tiny: {
    phases: threePhases({ warmUp: 150, cosine: 2850, fineTuning: { each: 100, most: 4, rate: 1e-5 } }),
    batch_size: 1,
    activations: 'float32',
  },
  // A night on two CPU cores.
  mini: {
    phases: threePhases({ warmUp: 500, cosine: 19_500, fineTuning: { each: 200, most: 6, rate: 3e-6 } }),
    batch_size: 4,
    activations: 'float32',
  },
  // Hours to a day on one GPU.
  midi: {
    phases: threePhases({ warmUp: 1000, cosine: 49_000, fineTuning: { each: 250, most: 12, rate: 1e-6 } }),
    batch_size: 8,
    activations: 'float32',
  },
  // Days on one large GPU.
  graphcast_small: {
    phases: threePhases({ warmUp: 1000, cosine: 99_000, fineTuning: { each: 500, most: 12, rate: 3e-7 } }),
    batch_size: 8,
    activations: 'bfloat16',
  },
  graphcast: PAPER,
  graphcast_operational: PAPER,
};

/**
 * The protocol that a preset is trained with unless something else is asked for.
 * @throws ConfigError when there is no such preset
 */
export function presetProtocol(name: string): Protocol {
  if (!Object.hasOwn(PROTOCOLS, name)) {
    throw new ConfigError(
      `There is no preset '${name}'; the presets are ${Object.keys(PRESETS).join(', ')}.`,
    );
  }
  return PROTOCOLS[name];
}

/**
 * Phases without the autoregressive steps that the data are too short for: growing steps stop earlier, in the share of
 * the updates that is left; a phase that could not begin is left out.
 * @param most autoregressive steps of the longest window
 */
export function withinSteps(phases: Phase[], most: number): Phase[] {
  return phases.flatMap((phase): Phase[] => {
    const { updates, ar_steps: steps } = phase;
    const range = typeof steps === 'number' ? { from: steps, to: steps } : steps;
    if (range.to <= most) return [phase];
    if (range.from > most) return [];
    const kept = (most - range.from + 1) / (range.to - range.from + 1);
    const shorter = range.from === most ? most : { from: range.from, to: most };
    return [{ ...phase, updates: Math.max(1, Math.round(updates * kept)), ar_steps: shorter }];
  });
}
