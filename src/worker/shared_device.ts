/** The one device of the page, which training and forecasts share: opened, lost, and given up when it has failed. */
import { DeviceError } from '../errors';
import { type Gpu, openDevice } from '../webgpu/device';
import type { AdapterSummary } from './protocol';

export class SharedDevice {
  private readonly provider: () => Promise<GPU | undefined>;
  private readonly onGone: (message: string) => void;
  private opened: Gpu | undefined;
  private opening: Promise<Gpu> | undefined;

  /**
   * @param provider `navigator.gpu`, or Dawn's in Node
   * @param onGone called when there is no device any more
   */
  constructor(provider: () => Promise<GPU | undefined>, onGone: (message: string) => void) {
    this.provider = provider;
    this.onGone = onGone;
  }

  /** The open device, if there is one. */
  get gpu(): Gpu | undefined {
    return this.opened;
  }

  /** The device that is open or being opened, if there is one. */
  get coming(): Gpu | Promise<Gpu> | undefined {
    return this.opened ?? this.opening;
  }

  /** @throws DeviceError when there is none */
  expectOpen(): Gpu {
    if (!this.opened) throw new DeviceError('There is no WebGPU device: start it again first.');
    return this.opened;
  }

  /** The open device, else a new one. @throws DeviceError when there is no adapter or it refuses a device */
  async open(): Promise<Gpu> {
    if (this.opened) return this.opened;
    this.opening ??= this.openAnother();
    try {
      return await this.opening;
    } finally {
      this.opening = undefined;
    }
  }

  /** A device that has reported an error stays wrong: it is given up as if it were lost. */
  dropFaulty(): void {
    const { gpu } = this;
    try {
      gpu?.expectHealthy();
    } catch (fault) {
      this.lose(gpu!, (fault as DeviceError).message);
      gpu!.close();
    }
  }

  private async openAnother(): Promise<Gpu> {
    const gpu = await openDevice(await this.provider());
    this.opened = gpu;
    void gpu.lost.then(({ message }) => this.lose(gpu, message));
    return gpu;
  }

  private lose(gpu: Gpu, message: string): void {
    if (gpu !== this.opened) return;
    this.opened = undefined;
    this.onGone(message || 'The browser gave no reason.');
  }
}

/** What the page says of a device. */
export function adapterSummary({ adapter }: Gpu): AdapterSummary {
  const { description, vendor, architecture, isSoftware } = adapter;
  return {
    name: description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU',
    software: isSoftware,
  };
}
