/** Norms that an inspected model writes while it runs, against the float64 reference network. */
import { expect, test } from 'vitest';
import { rowNormReference } from '../../shaders/row_norm/row_norm.reference';
import { trainingTerms } from '../training/loss_weights';
import { RolloutLoss } from '../training/rollout_loss';
import { Executor } from '../webgpu/execute';
import { relativeError, withDevice } from '../webgpu/testing';
import { goldenSet } from './golden.fixture';
import { readNorms } from './inspection';
import { referenceParameters } from './layers.reference';
import { referenceLoss } from './loss.reference';
import { Model, type ModelOptions } from './model';

const ways: [string, Partial<ModelOptions>][] = [
  ['everything kept', {}],
  ['blocks, computed twice', { blockBytes: 2 ** 13, policy: { keepSteps: false, segment: 1 } }],
];

test.each(ways)('messages, latents and gradients of the golden network: %s', (_, options) =>
  withDevice(async ({ gpu }) => {
    const golden = await goldenSet('tiny');
    const { checkpoint, graph, layout, normalisation } = golden;
    const model = await Model.create(gpu, {
      config: checkpoint.modelConfig,
      channels: layout,
      graph,
      normalisation,
      training: trainingTerms(graph, layout, false),
      inspected: true,
      ...options,
    });
    try {
      model.plan.poison();
      model.writeParameters(new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data])));
      const losses = new RolloutLoss(model, new Executor(gpu), 1);
      const window = await golden.window(1);
      await losses.begin(1);
      await losses.add(window, 1, true);
      const found = await readNorms(model.memory, model.norms!, graph.mesh);

      const parameters = referenceParameters(checkpoint.parameters);
      const reference = referenceLoss({ parameters, graph, layout, normalisation }, [window], 1);
      const [[step]] = reference.steps;
      reference.backward();
      const width = checkpoint.modelConfig.latent_size;
      const expectNorms = (norms: Float32Array[], latents: Float64Array[], tolerance: number) => {
        expect(norms).toHaveLength(latents.length);
        for (const [i, values] of latents.entries()) {
          expect(relativeError(norms[i], rowNormReference(values, width)), `${i}`).toBeLessThan(tolerance);
        }
      };
      const { processorSteps, latentMeshAfterEncoder, meshGradients } = step;
      expectNorms(
        found.messages,
        processorSteps.map(({ messages }) => messages),
        1e-4,
      );
      expectNorms(found.nodes, [latentMeshAfterEncoder, ...processorSteps.map(({ mesh }) => mesh)], 1e-4);
      expectNorms(found.gradients, meshGradients, 1e-3);
    } finally {
      model.destroy();
    }
  }),
);
