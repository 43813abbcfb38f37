import { type Parameters, referenceParameters } from '../../../src/graphcast/layers.reference';
import { network } from '../../../src/graphcast/network.reference';
import { ADAMW, graphcastName, LEARNING_RATE, type Work } from './work';

/** What every peer must find, computed in float64. */
export interface Reference {
  /** Before each of the first steps. */
  losses: number[];
  /** Before any step, by the work's names. */
  gradients: Record<string, Float32Array>;
  /** After the first step. */
  parameters: Record<string, Float32Array>;
}

/** The first `steps` AdamW steps by the project's float64 network, which shares no kernel with anybody. */
export function reference(work: Work, steps: number): Reference {
  const names = Object.keys(work.parameters);
  const parameters = referenceParameters(
    names.map((name) => [graphcastName(name), work.parameters[name]] as const).map(([n, a]) => [n, a]),
  );
  const moments = new Map(
    [...parameters].map(([name, { value }]) => [
      name,
      [new Float64Array(value.length), new Float64Array(value.length)],
    ]),
  );
  const found: Reference = { losses: [], gradients: {}, parameters: {} };
  const float32 = (array: 'value' | 'gradient') =>
    Object.fromEntries(
      names.map((name) => [name, Float32Array.from(parameters.get(graphcastName(name))![array])]),
    );
  for (let step = 1; step <= steps; step++) {
    found.losses.push(lossAndGradients(work, parameters));
    if (step === 1) found.gradients = float32('gradient');
    adamw(parameters, moments, step);
    if (step === 1) found.parameters = float32('value');
  }
  return found;
}

/** Replaces the gradients. @returns the mean of weighted squared errors */
function lossAndGradients({ graph, channels, target, area, channelWeights }: Work, parameters: Parameters) {
  for (const { gradient } of parameters.values()) gradient.fill(0);
  const { output, backward } = network(parameters, graph, Float64Array.from(channels.data));
  const outputs = channelWeights.length;
  let sum = 0;
  const outputGradient = output.map((value, i) => {
    const weight = area[Math.floor(i / outputs)] * channelWeights[i % outputs];
    const error = value - target.data[i];
    sum += weight * error * error;
    return (2 * weight * error) / output.length;
  });
  backward(outputGradient);
  return sum / output.length;
}

function adamw(parameters: Parameters, moments: Map<string, Float64Array[]>, step: number): void {
  const { b1, b2, eps, weight_decay } = ADAMW;
  for (const [name, { shape, value, gradient }] of parameters) {
    const [m, v] = moments.get(name)!;
    const decay = shape.length > 1 ? weight_decay : 0;
    for (let i = 0; i < value.length; i++) {
      m[i] = b1 * m[i] + (1 - b1) * gradient[i];
      v[i] = b2 * v[i] + (1 - b2) * gradient[i] ** 2;
      const direction = m[i] / (1 - b1 ** step) / (Math.sqrt(v[i] / (1 - b2 ** step)) + eps);
      value[i] -= LEARNING_RATE * (direction + decay * value[i]);
    }
  }
}
