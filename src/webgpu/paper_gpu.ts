import type { Gpu } from './device';

/** What an adapter allows, as far as plans depend on it. */
export interface AdapterLimits {
  /** Largest range of a buffer that one binding may show, bytes. */
  maxBinding: number;
  maxBufferSize: number;
  isSoftware: boolean;
  subgroupSize: number;
}

/** What every WebGPU adapter allows a workgroup at least. */
export const GUARANTEED_WORKGROUP = { workgroupBytes: 16384, workgroupInvocations: 256 };

/** What every WebGPU adapter allows at least. */
export const GUARANTEED_LIMITS: AdapterLimits = {
  maxBinding: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  isSoftware: false,
  subgroupSize: 0,
};

/** What an open device allows. */
export function limitsOf({ adapter, maxBinding, device }: Gpu): AdapterLimits {
  return { ...adapter, maxBinding, maxBufferSize: device.limits.maxBufferSize };
}

/**
 * A device on paper: it counts what would be allocated, and allocates nothing. Plans are made on it to see what they
 * take; they cannot be built or run.
 */
export function paperGpu(limits: AdapterLimits): Gpu {
  const nothing = () => undefined;
  const device = {
    limits: { maxBufferSize: limits.maxBufferSize },
    createBuffer: ({ size, usage, label }: GPUBufferDescriptor) => ({ size, usage, label, destroy: nothing }),
    queue: { writeBuffer: nothing },
  };
  const { isSoftware, subgroupSize } = limits;
  const adapter = { vendor: '', architecture: '', description: 'paper', isSoftware, subgroupSize };
  return {
    device: device as unknown as GPUDevice,
    adapter: { ...adapter, ...GUARANTEED_WORKGROUP },
    maxBinding: limits.maxBinding,
    hasTimestamps: false,
    wait: (promise) => promise,
    lost: new Promise(nothing),
    expectHealthy: nothing,
    pipeline: () => Promise.reject(new Error('a plan on paper cannot be built')),
    compiled: [],
    close: nothing,
  };
}
