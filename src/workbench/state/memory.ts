/** The memory plan of the run that the Train room describes, kept up to date while the Kernels room is open. */
import { create } from 'zustand';
import type { MemoryAnswer, TrainingSettings } from '../../worker/protocol';
import { useData } from './data';
import { useDevice } from './device';
import { engine } from './engine';
import { reportError } from './notices';
import { useTraining } from './training';
import { useView } from './view';

interface Memory {
  /** Autoregressive steps of training that the plan is for. */
  arSteps: number;
  /** GB for everything together; 0: no limit is given. */
  budget: number;
  answer: MemoryAnswer | null;
  planning: boolean;
}

export const useMemory = create<Memory>(() => ({ arSteps: 1, budget: 0, answer: null, planning: false }));

const SETTLE_MILLISECONDS = 250;

/** What the plan depends on. */
function question() {
  const { settings } = useTraining.getState();
  const { arSteps, budget } = useMemory.getState();
  const { dataset, checkpoint } = useData.getState();
  return { settings, arSteps, budget, dataset, checkpoint, device: useDevice.getState().status };
}

let asked: ReturnType<typeof question> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Plans again when anything that the plan depends on has changed. */
function follow(): void {
  if (useView.getState().room !== 'kernels') return;
  const wanted = question();
  if (asked && Object.entries(wanted).every(([key, value]) => asked?.[key as keyof typeof wanted] === value))
    return;
  asked = wanted;
  clearTimeout(timer);
  if (!wanted.dataset) useMemory.setState({ answer: null, planning: false });
  else timer = setTimeout(() => void plan(wanted), SETTLE_MILLISECONDS);
}

async function plan(wanted: { settings: TrainingSettings; arSteps: number; budget: number }): Promise<void> {
  useMemory.setState({ planning: true });
  try {
    const { settings, arSteps, budget } = wanted;
    const request = { settings, arSteps, budget: budget > 0 ? budget * 1e9 : null };
    const answer = await engine.call('memoryPlan', request);
    if (asked === wanted) useMemory.setState({ answer });
  } catch (error) {
    if (asked === wanted) {
      useMemory.setState({ answer: null });
      reportError(error);
    }
  } finally {
    if (asked === wanted) useMemory.setState({ planning: false });
  }
}

for (const store of [useTraining, useData, useDevice, useMemory, useView]) store.subscribe(follow);
