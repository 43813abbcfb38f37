/** The schedule that the page's few settings mean. */
import { type Phase, warmUpCosine } from '../training/run_config';
import type { TrainingSettings } from './protocol';

/** Fine-tuning's rate beside the peak: 3e-7 beside 1e-3 in the paper. */
const FINE_TUNING_RATE = 3e-4;
/** Share of all updates that fine-tuning takes: 11,000 of 311,000 in the paper, more in a run of a page's length. */
const FINE_TUNING_SHARE = 0.1;

/** Updates between two validations, unless the settings say. */
export const VALIDATE_EVERY = 200;

/** GraphCast's three phases in the run's length; the third, on several steps, only where it is asked for. */
export function phasesOf({
  updates,
  learningRate,
  arSteps = 1,
}: Pick<TrainingSettings, 'updates' | 'learningRate' | 'arSteps'>): Phase[] {
  const fineTuning = arSteps > 1 ? Math.min(updates - 1, Math.ceil(updates * FINE_TUNING_SHARE)) : 0;
  if (fineTuning === 0) return warmUpCosine(updates, learningRate);
  return [
    ...warmUpCosine(updates - fineTuning, learningRate),
    {
      updates: fineTuning,
      learning_rate: { shape: 'constant', value: learningRate * FINE_TUNING_RATE },
      ar_steps: { from: 2, to: arSteps },
    },
  ];
}

/** The largest learning rate of a schedule. */
export function peakRate(phases: Phase[]): number {
  return Math.max(
    ...phases.flatMap(({ learning_rate: rate }) =>
      rate.shape === 'constant' ? [rate.value] : [rate.from, rate.to],
    ),
  );
}
