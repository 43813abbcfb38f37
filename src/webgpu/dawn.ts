/**
 * WebGPU in Node, through Dawn (npm `webgpu`). Node only: in Chrome the same object is `navigator.gpu`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeviceError } from '../errors';

// Vulkan drivers that run on the CPU, the faster one (Mesa's lavapipe) first. The Vulkan loader finds lavapipe
// by itself where it is installed as usual; SwiftShader lies beside Chromium, where the loader never looks.
const softwareDriverPlaces = [
  { folders: ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'], file: /^lvp_icd.*\.json$/ },
  {
    folders: [
      '/usr/lib/chromium',
      '/usr/lib64/chromium-browser',
      '/usr/lib/chromium-browser',
      '/opt/google/chrome',
      '/opt/chromium.org/chromium',
      '/snap/chromium/current/usr/lib/chromium-browser',
    ],
    file: /^vk_swiftshader_icd\.json$/,
  },
];

/** Manifests of the software Vulkan drivers on this machine, the preferred one first. */
function softwareDrivers(): string[] {
  const besideNamedBrowser = process.env.CHROME_PATH ? [dirname(process.env.CHROME_PATH)] : [];
  return softwareDriverPlaces.flatMap(({ folders, file }) =>
    [...folders, ...besideNamedBrowser]
      .filter((folder) => existsSync(folder))
      .flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => file.test(name))
          .map((name) => join(folder, name)),
      ),
  );
}

const remedies: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'install a Vulkan driver and the Vulkan loader (Debian and Ubuntu: `apt-get install mesa-vulkan-drivers libvulkan1`, ' +
    'Mesa 25 or newer; Fedora: `dnf install mesa-vulkan-drivers vulkan-loader`; Arch: ' +
    '`pacman -S vulkan-swrast vulkan-icd-loader`); in a checkout on Debian or Ubuntu ' +
    '`node tools/prepare_machine.mjs`, run as root, does it',
  darwin: 'a Mac with a Metal GPU is needed (a virtual machine needs a paravirtualised GPU)',
  win32: "install the graphics card's current driver (Direct3D 12 is needed)",
};

// Kept for the life of the process: Dawn crashes when its instance is collected while devices still exist.
let instance: Promise<GPU> | undefined;

/**
 * Dawn's `GPU` object for this process, the same one at every call. Also puts WebGPU's globals
 * (`GPUBufferUsage`, `GPUMapMode`, ...) onto `globalThis`, as in a browser.
 *
 * Dawn lists hardware before software adapters, so a GPU is taken wherever a driver for one is installed.
 * Where the Vulkan loader finds no driver at all, known software drivers are tried through VK_ICD_FILENAMES,
 * unless that variable is already set. Call it on the main thread: in a Node worker thread the environment is
 * a copy that the Vulkan loader never sees.
 *
 * @throws DeviceError when there is no adapter, saying what to install.
 */
export function dawn(): Promise<GPU> {
  instance ??= start();
  return instance;
}

/**
 * Puts WebGPU's constants and classes onto `globalThis`, as in a browser, without looking for an adapter.
 *
 * @throws DeviceError when Dawn cannot be loaded on this platform.
 */
export async function installGlobals() {
  const webgpu = await import('webgpu').catch((cause: unknown) => {
    throw new DeviceError(
      `WebGPU for Node cannot be loaded on ${process.platform}-${process.arch}: the npm package "webgpu" needs ` +
        'Linux (glibc), macOS or Windows on x64 or arm64; run `npm install` there.',
      { cause },
    );
  });
  Object.assign(globalThis, webgpu.globals);
  return webgpu;
}

async function start(): Promise<GPU> {
  const { create } = await installGlobals();
  const flags = [
    // Unquantised timestamps: the default step of 0.1 ms is longer than many kernels.
    'disable-dawn-features=timestamp_quantization',
    // Shows experimental features, of which subgroup matrices are one.
    'enable-dawn-features=allow_unsafe_apis',
  ];

  const gpu = create(flags);
  if (await gpu.requestAdapter({ powerPreference: 'high-performance' })) return gpu;

  if (process.platform === 'linux' && !process.env.VK_ICD_FILENAMES) {
    for (const driver of softwareDrivers()) {
      process.env.VK_ICD_FILENAMES = driver;
      // The loader reads its environment once per instance, so each attempt takes a new one.
      const software = create(flags);
      if (await software.requestAdapter()) return software;
    }
    delete process.env.VK_ICD_FILENAMES;
  }

  const blamed = process.env.VK_ICD_FILENAMES
    ? ` with VK_ICD_FILENAMES=${process.env.VK_ICD_FILENAMES} (unset it to let the system choose)`
    : '';
  throw new DeviceError(
    `No WebGPU adapter was found for Node${blamed}: ${remedies[process.platform] ?? 'this platform is not supported by Dawn'}.`,
  );
}
