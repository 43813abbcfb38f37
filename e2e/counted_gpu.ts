import type { Page } from '@playwright/test';
import { beginEngineWith } from './workbench_page';

/** What the engine's thread holds on its GPU, and what the GPU refused. */
export interface GpuCount {
  buffers: number;
  /** Validation, memory and internal errors that no error scope caught. */
  errors: string[];
}

/** Runs in the engine's thread, before its script. */
function countHere(): void {
  const live = new Set<GPUBuffer>();
  const errors: string[] = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
    device.lost.then(() => live.clear());
    return device;
  };
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.add(buffer);
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    live.delete(this);
    return destroy.call(this);
  };
  Object.assign(globalThis, {
    countGpu: () => ({ buffers: live.size, errors }),
  });
}

/** Counts on a page that is not open yet. @returns what asks for the count as it is now */
export async function countGpu(page: Page): Promise<() => Promise<GpuCount>> {
  await beginEngineWith(page, `(${countHere})();`);
  return async () => {
    const engine = page.workers().find((worker) => worker.url().includes('engine.worker'));
    if (!engine) throw new Error('The page has no engine.');
    return engine.evaluate(() => (globalThis as unknown as { countGpu(): GpuCount }).countGpu());
  };
}
