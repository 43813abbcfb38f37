/** Where the time of an update goes: watched while the Kernels room is open. */
import { create } from 'zustand';
import type { KernelReport } from '../../worker/protocol';
import { engine } from './engine';
import { reportError } from './notices';
import { useView } from './view';

export const useKernels = create<{ report: KernelReport | null }>(() => ({ report: null }));

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
