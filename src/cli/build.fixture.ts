import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Vitest's global setup: builds the command line that the tests spawn. Chunks are named by their content and the
 * folder is not emptied, so that a run that is using it is not disturbed.
 */
export default function build(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const args = ['node_modules/vite/bin/vite.js', 'build', '--mode', 'cli', '--logLevel', 'warn'];
  execFileSync(process.execPath, [...args, '--emptyOutDir', 'false'], { cwd: root, stdio: 'inherit' });
}
