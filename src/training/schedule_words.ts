import type { LearningRate, Phase } from './run_config';

/** Such as '0 → 1e-3, linear'. */
export function rateInWords(rate: LearningRate): string {
  if (rate.shape === 'constant') return `${shortRate(rate.value)}, constant`;
  const shape = rate.shape === 'cosine' ? 'half cosine' : 'linear';
  return `${shortRate(rate.from)} → ${shortRate(rate.to)}, ${shape}`;
}

/** Such as '1' or '2 to 12'. */
export function stepsInWords(steps: Phase['ar_steps']): string {
  return typeof steps === 'number' ? `${steps}` : `${steps.from} to ${steps.to}`;
}

/** Three digits at most: 1e-3, 4.5e-4, 0. */
export function shortRate(rate: number): string {
  return rate === 0 ? '0' : Number(rate.toPrecision(3)).toExponential();
}
