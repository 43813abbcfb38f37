import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { precache, SERVICE_WORKER } from './tools/precache.mjs';

// Cross-origin isolation gives the worker precise timers.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

// Nothing but data comes from elsewhere: from an address that the user chose, encrypted or on this machine.
// WebAssembly is needed by the HDF5 reader.
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:* data: blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const local = { host: '127.0.0.1', strictPort: false };

// `--mode cli` builds the command line instead of the page: npm packages stay outside, the bundle starts by itself.
export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'cli' ? [] : [precache()])],
  server: { ...local, port: 5173, headers },
  preview: {
    ...local,
    port: 4173,
    headers: { ...headers, 'Content-Security-Policy': contentSecurityPolicy },
  },
  build:
    mode === 'cli'
      ? {
          ssr: true,
          outDir: 'dist/cli',
          target: 'node20',
          copyPublicDir: false,
          rolldownOptions: {
            // The second is the thread that reads data, started by code that lies in assets/.
            input: ['src/cli/graphcast.ts', 'src/cli/dataset.worker.ts'],
            output: {
              banner: ({ name }) => (name === 'graphcast' ? '#!/usr/bin/env node' : ''),
              entryFileNames: ({ name }) => (name.endsWith('.worker') ? 'assets/[name].js' : '[name].js'),
            },
          },
        }
      : {
          outDir: 'dist/page',
          target: 'es2023',
          chunkSizeWarningLimit: 1500,
          rolldownOptions: {
            input: { index: 'index.html', service_worker: 'src/service_worker.ts' },
            output: {
              entryFileNames: ({ name }) =>
                name === 'service_worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js',
            },
          },
        },
  worker: { format: 'es' },
  test: {
    include: ['src/**/*.test.ts', 'shaders/**/*.test.ts'],
    globalSetup: './src/cli/build.fixture.ts',
    reporters: ['default', './tools/vitest_counts.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
}));
