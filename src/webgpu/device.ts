import { DeviceError } from '../errors';
import { type Kernel, kernelSource } from './kernel';
import {
  SUBGROUP_MATRIX_FEATURE,
  SUBGROUP_SIZE_FEATURE,
  type SubgroupMatrices,
  type SubgroupMatrixConfig,
  usefulMatrices,
} from './subgroup_matrices';
import type { ElementType } from './tensor';
import { nappingWait } from './wait';

/** What the adapter says of itself, for the screen, for logs and for the choice of kernel variants. */
export interface AdapterDescription {
  vendor: string;
  architecture: string;
  description: string;
  /** True for drivers that run on the CPU (lavapipe, SwiftShader, WARP). */
  isSoftware: boolean;
  /** Invocations that run in step and can shuffle values; 0 where that is unavailable or may vary. */
  subgroupSize: number;
  /** Absent where subgroups have none, or their size is unknown. */
  matrices?: SubgroupMatrices;
  /** Bytes that the invocations of a workgroup may share. */
  workgroupBytes: number;
  /** Invocations that a workgroup may have. */
  workgroupInvocations: number;
}

/** A lost device, as a typed event: `destroyed` when this program ended it itself. */
export interface DeviceLoss {
  reason: 'destroyed' | 'unknown';
  message: string;
}

/** An open device with its pipelines. Made by {@link openDevice}; closed with `close()`. */
export interface Gpu {
  device: GPUDevice;
  adapter: AdapterDescription;
  /** Largest range of a buffer that one binding may show to a kernel, bytes. */
  maxBinding: number;
  hasTimestamps: boolean;
  /** Passes a pending promise of this device on; see {@link nappingWait}. */
  wait<T>(promise: Promise<T>): Promise<T>;
  /** Resolves, never rejects, when the device is gone. */
  lost: Promise<DeviceLoss>;
  /**
   * Throws when the device was lost or has reported an error. WebGPU goes on after an error as if nothing had
   * happened, with zeros for results, so whoever submits or reads asks here.
   */
  expectHealthy(): void;
  /** The compiled pipeline of a kernel; compiled once per set of constants and element types. */
  pipeline(request: PipelineRequest): Promise<GPUComputePipeline>;
  /** Everything that was compiled so far, to be read. */
  compiled: readonly CompiledKernel[];
  close(): void;
}

/** A kernel as it was handed to the driver. */
export interface CompiledKernel {
  kernel: string;
  /** Complete WGSL: generated header and body. */
  code: string;
}

export interface PipelineRequest {
  kernel: Kernel;
  constants: Record<string, number | boolean>;
  /** Element type of the tensor at a binding; undefined when there is none. */
  elementOf: (binding: string) => ElementType | undefined;
}

/** Features that make kernels faster or measurable; asked for only where the adapter has them. */
const USEFUL_FEATURES: GPUFeatureName[] = [
  'timestamp-query',
  'subgroups',
  'shader-f16',
  SUBGROUP_MATRIX_FEATURE,
  SUBGROUP_SIZE_FEATURE,
];

/** Of the kernel that binds most: linear with every addend. */
const STORAGE_BUFFERS = 10;

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|microsoft basic render|warp/i;

/**
 * Opens a device with the adapter's own limits and every useful feature.
 *
 * @param gpu `navigator.gpu` in a browser, Dawn's in Node.
 * @throws DeviceError when there is no adapter or it refuses a device.
 */
export async function openDevice(gpu: GPU | undefined): Promise<Gpu> {
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new DeviceError(
      'No WebGPU adapter was found: use Chrome or Edge 121 or later with hardware acceleration switched on, or install a Vulkan driver.',
    );
  }
  const requiredFeatures = USEFUL_FEATURES.filter((name) => adapter.features.has(name));
  const requiredLimits: Record<string, number> = {};
  for (const name of [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX',
  ] as const) {
    requiredLimits[name] = adapter.limits[name];
  }
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  } catch (cause) {
    throw new DeviceError(`The WebGPU adapter ${adapter.info.description} refused a device.`, { cause });
  }
  const { vendor, architecture, description } = adapter.info;
  const isSoftware =
    adapter.info.isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${description}`);
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const fixedSize = device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize;
  const subgroupSize = fixedSize ? (subgroupMinSize ?? 0) : 0;
  const asksForSize = device.features.has(SUBGROUP_SIZE_FEATURE);
  const hasMatrices = device.features.has(SUBGROUP_MATRIX_FEATURE) && (fixedSize || asksForSize);
  const matrices = hasMatrices ? announcedMatrices(adapter.info, asksForSize) : undefined;
  if (device.limits.maxStorageBuffersPerShaderStage < STORAGE_BUFFERS) {
    device.destroy();
    throw new DeviceError(
      `The WebGPU adapter ${description} allows ${adapter.limits.maxStorageBuffersPerShaderStage} storage buffers per shader, ${STORAGE_BUFFERS} are needed: update the graphics driver and the browser, or use another GPU.`,
    );
  }
  let fault: DeviceError | undefined;
  device.addEventListener('uncapturederror', ({ error }) => {
    fault ??= new DeviceError(reported(error));
  });
  const lost = device.lost.then(({ reason, message }): DeviceLoss => {
    fault ??= new DeviceError('The GPU device was lost: reopen it and resume from the last checkpoint.');
    return { reason: reason === 'destroyed' ? 'destroyed' : 'unknown', message };
  });
  const compiled: CompiledKernel[] = [];
  const pipelines = new Map<Kernel, Map<string, Promise<GPUComputePipeline>>>();
  const described: AdapterDescription = {
    vendor,
    architecture,
    description,
    isSoftware,
    subgroupSize,
    matrices,
    workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
    workgroupInvocations: device.limits.maxComputeInvocationsPerWorkgroup,
  };
  return {
    device,
    adapter: described,
    maxBinding: device.limits.maxStorageBufferBindingSize,
    hasTimestamps: device.features.has('timestamp-query'),
    wait: isSoftware && 'setImmediate' in globalThis ? nappingWait() : (promise) => promise,
    lost,
    expectHealthy() {
      if (fault) throw fault;
    },
    pipeline({ kernel, constants, elementOf }) {
      const ofKernel = pipelines.get(kernel) ?? new Map<string, Promise<GPUComputePipeline>>();
      pipelines.set(kernel, ofKernel);
      const values = Object.keys(kernel.constants).map((name) => constants[name]);
      const key = `${values} ${Object.keys(kernel.bindings).map(elementOf)}`;
      const known = ofKernel.get(key);
      if (known) return known;
      const code = kernelSource(kernel, constants, elementOf, described);
      compiled.push({ kernel: kernel.name, code });
      const made = compile(device, kernel, code);
      ofKernel.set(key, made);
      return made;
    },
    compiled,
    close: () => device.destroy(),
  };
}

/** The matrices that an adapter says it has; TypeScript's WebGPU does not know of them yet. */
function announcedMatrices(
  info: GPUAdapterInfo & { subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> },
  asksForSize: boolean,
): SubgroupMatrices | undefined {
  // The least size is the one that matrix units are made for where there are several.
  const subgroupSize = info.subgroupMinSize ?? 0;
  return usefulMatrices(info.subgroupMatrixConfigs ?? [], { subgroupSize, asksForSize });
}

function reported(error: GPUError): string {
  return error instanceof GPUOutOfMemoryError
    ? 'The GPU has no memory left: close other programs that use it, or choose a smaller model, a coarser grid or a smaller batch.'
    : `The GPU reported an error, and its results cannot be trusted: ${error.message}`;
}

async function compile(device: GPUDevice, kernel: Kernel, code: string): Promise<GPUComputePipeline> {
  const entries: GPUBindGroupLayoutEntry[] = [
    { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
  ];
  Object.values(kernel.bindings).forEach((binding, i) => {
    const type = binding.access === 'read' ? 'read-only-storage' : 'storage';
    entries.push({ binding: i + 1, visibility: GPUShaderStage.COMPUTE, buffer: { type } });
  });
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code, label: kernel.name });
  const layout = device.createPipelineLayout({
    bindGroupLayouts: [device.createBindGroupLayout({ entries })],
  });
  const pipeline = device.createComputePipelineAsync({ label: kernel.name, layout, compute: { module } });
  // Closed before anything is awaited: it must not catch what others do meanwhile.
  const scope = device.popErrorScope();
  try {
    return await pipeline;
  } catch (cause) {
    const { messages } = await module.getCompilationInfo();
    const said = messages.map((m) => `line ${m.lineNum}: ${m.message}`);
    const error = await scope;
    if (error && said.length === 0) said.push(error.message);
    const numbered = code.split('\n').map((line, i) => `${String(i + 1).padStart(4)} ${line}`);
    throw new DeviceError(
      `Kernel ${kernel.name} does not compile. ${said.join('\n') || String(cause)}\n${numbered.join('\n')}`,
      { cause },
    );
  }
}
