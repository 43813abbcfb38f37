import { expect, it } from 'vitest';
import { goldenSet } from '../graphcast/golden.fixture';
import { Model } from '../graphcast/model';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { withDevice } from '../webgpu/testing';
import { rollout } from './rollout';

/** Takes commands only while its gate is open. */
class GatedExecutor extends Executor {
  private gate: Promise<void> = Promise.resolve();
  open: () => void = () => {};
  /** Submissions that wait at the gate. */
  waiting = 0;
  /** Before this submission, counted from 1, the gate is closed. */
  closesBefore = Number.POSITIVE_INFINITY;
  private submissions = 0;

  close(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  override async run(commands: Parameters<Executor['run']>[0]): Promise<void> {
    if (++this.submissions === this.closesBefore) this.close();
    this.waiting++;
    await this.gate;
    this.waiting--;
    await super.run(commands);
  }
}

const STEPS = 3;

async function tinyModel(gpu: Gpu) {
  const { checkpoint, layout, graph, normalisation, window } = await goldenSet('tiny');
  const config = checkpoint.modelConfig;
  const model = await Model.create(gpu, { config, channels: layout, graph, normalisation });
  model.writeParameters(new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data])));
  return { model, executor: new GatedExecutor(gpu), window: await window(STEPS) };
}

/** A forecast that has given its first frame and is held back before its second step. */
async function heldForecast(gpu: Gpu) {
  const { model, executor, window } = await tinyModel(gpu);
  const frames = rollout(model, executor, window, STEPS);
  // The embedding and the first step's two submissions come before.
  executor.closesBefore = 4;
  const first = await frames.next();
  return { model, executor, frames, first };
}

it('gives a frame before the next step has been submitted', () =>
  withDevice(async ({ gpu }) => {
    const { model, executor, frames, first } = await heldForecast(gpu);
    expect(first.value).toMatchObject({ step: 1, leadHours: 6 });
    expect(executor.waiting).toBe(1);
    executor.open();
    const steps = [];
    for await (const { step } of frames) steps.push(step);
    expect(steps).toEqual([2, 3]);
    model.destroy();
  }));

it('ends only when what it has begun to submit has been submitted', () =>
  withDevice(async ({ gpu }) => {
    const { model, executor, frames } = await heldForecast(gpu);
    let hasEnded = false;
    const end = frames.return(undefined).then(() => {
      hasEnded = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hasEnded).toBe(false);
    executor.open();
    await end;
    expect(executor.waiting).toBe(0);
    model.destroy();
  }));

it('submits nothing between two frames for whoever takes turns', () =>
  withDevice(async ({ gpu }) => {
    const { model, executor, window } = await tinyModel(gpu);
    for await (const _ of rollout(model, executor, window, STEPS, { yields: true })) {
      expect(executor.waiting).toBe(0);
      executor.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(executor.waiting).toBe(0);
      executor.open();
    }
    model.destroy();
  }));
