/** Where the time of an update goes, watched while the Kernels room is open; and the kernel that is read. */
import { create } from 'zustand';
import type { KernelReport } from '../../worker/protocol';
import { engine } from './engine';
import { reportError } from './notices';
import { useView } from './view';

interface Kernels {
  report: KernelReport | null;
  /** Name of the kernel whose text is open. */
  read: string | null;
}

export const useKernels = create<Kernels>(() => ({ report: null, read: null }));

let watching = false;
useView.subscribe(({ room }) => {
  const wanted = room === 'kernels';
  if (wanted === watching) return;
  watching = wanted;
  engine.call('watchKernels', { watch: wanted }).catch(reportError);
});

engine.on('kernels', (report) => useKernels.setState({ report }));
engine.on('phase', ({ phase }) => {
  if (phase === 'idle') useKernels.setState({ report: null });
});
