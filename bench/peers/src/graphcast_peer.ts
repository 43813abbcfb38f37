import { Model } from '../../../src/graphcast/model';
import { Optimizer } from '../../../src/training/optimizer';
import { lossFromSums, RolloutLoss } from '../../../src/training/rollout_loss';
import { channelLayout } from '../../../src/weather/channels';
import type { Gpu } from '../../../src/webgpu/device';
import { Executor } from '../../../src/webgpu/execute';
import { ReadbackRing } from '../../../src/webgpu/readback';
import type { Runner } from './runner';
import { ADAMW, graphcastName, LEARNING_RATE, MODEL, TASK, type Work } from './work';

/** This engine. A step is what its trainer does, the upload of the window and the loss on its way back included. */
export async function createGraphcastPeer(gpu: Gpu, work: Work, version: string): Promise<Runner> {
  const { graph, area, channelWeights, parameters } = work;
  const channels = channelLayout(TASK);
  const inputs = channels.inputs.length;
  // Unit statistics: physical and normalised values are the same, but for the newest frame, which targets add.
  const normalisation = {
    inputMean: new Float32Array(inputs),
    inputScale: new Float32Array(inputs).fill(1),
    targetScale: new Float32Array(channels.state.length).fill(1),
    targetMean: new Float32Array(channels.state.length),
    missing: [],
  };
  const weights = channelWeights.map((weight) => weight / channelWeights.length);
  const model = await Model.create(gpu, {
    config: MODEL,
    channels,
    graph,
    normalisation,
    training: { area, channelFactors: weights, stateGradients: false },
  });
  const optimizer = await Optimizer.create(model, { config: ADAMW });
  const named = Object.entries(parameters).map(([name, { data }]) => [graphcastName(name), data] as const);
  const all = new Map<string, Float32Array>(named);
  for (const { name, shape } of model.layout.arrays)
    if (!all.has(name)) all.set(name, new Float32Array(shape.reduce((a, b) => a * b, 1))); // dead: nothing reads them
  model.writeParameters(all);

  const window = windowOf(work);
  const executor = new Executor(gpu);
  const losses = new RolloutLoss(model, executor, 1);
  const ring = new ReadbackRing(gpu, model.memory, model.sums);
  let update = 0;
  const byWorkName = (arrays: Map<string, Float32Array>) =>
    Object.fromEntries(Object.keys(parameters).map((name) => [name, arrays.get(graphcastName(name))!]));
  const lossAndGradients = async () => {
    await losses.begin(1);
    await losses.add(window, 1, true);
  };
  return {
    peer: 'graphcast-workbench',
    variant: 'split',
    version,
    async gradients() {
      await lossAndGradients();
      return byWorkName(await model.readGradients());
    },
    async step() {
      await lossAndGradients();
      optimizer.writeSchedule(++update, LEARNING_RATE);
      await executor.run(optimizer.commands);
      const sums = await ring.capture();
      const value = await sums.value;
      return lossFromSums(value, channels, { weighted: weights, unweighted: weights }, graph.gridNodes, 1)
        .loss;
    },
    async parameters() {
      return byWorkName(await model.readParameters());
    },
  };
}

/** The work's channels as the planes of a window: column i of the work is the task's input channel i. */
function windowOf({ graph, channels, target }: Work) {
  const layout = channelLayout(TASK);
  const nodes = graph.gridNodes;
  const [states, forcings] = [layout.state.length, layout.forcings.length];
  const window = {
    initialTime: 0,
    state: new Float32Array(3 * states * nodes),
    forcings: new Float32Array(3 * forcings * nodes),
    statics: new Float32Array(layout.statics.length * nodes),
  };
  for (const [i, { source, frame, plane }] of layout.inputs.entries()) {
    const [field, first] = {
      state: [window.state, (frame + 1) * states + plane] as const,
      forcing: [window.forcings, (frame + 1) * forcings + plane] as const,
      static: [window.statics, plane] as const,
    }[source];
    for (let g = 0; g < nodes; g++) field[first * nodes + g] = channels.data[g * layout.inputs.length + i];
  }
  // Every target is predicted as the change from the newest frame.
  for (let c = 0; c < states; c++) {
    for (let g = 0; g < nodes; g++) {
      const newest = window.state[(states + c) * nodes + g];
      window.state[(2 * states + c) * nodes + g] = newest + target.data[g * states + c];
    }
  }
  return window;
}
