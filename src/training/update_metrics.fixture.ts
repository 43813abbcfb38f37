import type { UpdateMetrics } from './trainer';

/** An ordinary update's metrics, for tests that need some. */
export const updateMetrics = (update: number, change: Partial<UpdateMetrics> = {}): UpdateMetrics => ({
  update,
  loss: update / 10,
  lossByVariable: { temperature: update / 10 },
  lossByField: { 'temperature 500': update / 20, 'temperature 850': update / 20 },
  gradientNorm: 1,
  learningRate: 1e-3,
  arSteps: 1,
  seconds: 1,
  dataWaitSeconds: 0,
  samplesPerSecond: 1,
  usefulFlopsPerSecond: 1e9,
  gpuBytes: 1e6,
  initialTimes: [Date.UTC(2024, 0, 1) / 1000 + 21_600 * update],
  gradientNormByModule: { encoder: 0.6, decoder: 0.8 },
  ...change,
});
