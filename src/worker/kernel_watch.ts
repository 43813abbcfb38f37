/** Times an update kernel by kernel now and then, while somebody looks. */
import type { Trainer } from '../training/trainer';
import { type AdapterRates, measureRates } from '../webgpu/adapter_rates';
import type { Gpu } from '../webgpu/device';
import { kernelRates, roofline } from '../webgpu/roofline';
import type { KernelReport } from './protocol';

/** Between two timed updates, ms: each is slower than an ordinary one. */
const EVERY_MILLISECONDS = 3000;

export class KernelWatch {
  watching = false;
  private readonly report: (report: KernelReport) => void;
  private timedAt = Number.NEGATIVE_INFINITY;
  private limits: { gpu: Gpu; rates: AdapterRates } | undefined;

  constructor(report: (report: KernelReport) => void) {
    this.report = report;
  }

  /** The trainer's next update, timed if it is time for it; the numbers are the same either way. */
  async update(trainer: Trainer): ReturnType<Trainer['update']> {
    const { gpu } = trainer.model;
    const due = performance.now() - this.timedAt > EVERY_MILLISECONDS;
    if (!this.watching || !due || !gpu.hasTimestamps) return trainer.update();
    if (this.limits?.gpu !== gpu) this.limits = { gpu, rates: await measureRates(gpu) };
    const limits = this.limits.rates;
    const { metrics, times } = await trainer.timedUpdate();
    this.timedAt = performance.now();
    this.report({ update: trainer.updates, kernels: roofline(kernelRates(times), limits), limits });
    return { metrics };
  }
}
