// Prints the WebGPU adapter that Node gets, as JSON, or ends with 1 and the reason.
// A process of its own: the Vulkan loader reads its environment and its drivers once per process.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const vite = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { dawn } = await vite.ssrLoadModule('/src/webgpu/dawn.ts');
  const gpu = await dawn();
  const { vendor, architecture, device, description, isFallbackAdapter } = (await gpu.requestAdapter()).info;
  console.log(JSON.stringify({ vendor, architecture, device, description, isFallbackAdapter }));
} catch (error) {
  console.error(error instanceof Error && error.name === 'DeviceError' ? error.message : error);
  process.exitCode = 1;
} finally {
  await vite.close();
}
