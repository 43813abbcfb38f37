/** A training run as the page sees it: its settings, its phase, its curves. */
import { create } from 'zustand';
import { PRESETS } from '../../graphcast/config';
import { reviveError } from '../../worker/client';
import type { RunPhase, TrainingSettings } from '../../worker/protocol';
import { addPoint, type Curves, curvesUntil, emptyCurves } from './curves';
import { engine } from './engine';
import { notify, reportError } from './notices';
import { saveFile } from './save_file';

interface Training {
  settings: TrainingSettings;
  phase: RunPhase;
  /** Plain words while a run is being prepared. */
  note: string;
  /** Updates done. */
  updates: number;
  /** Updates that this run will have. */
  total: number;
  loss: number | null;
  learningRate: number | null;
  lossByVariable: Record<string, number>;
  /** Updates per second, smoothed. */
  rate: number | null;
  parameterCount: number | null;
  /** Updates at the time that the checkpoint was last saved. */
  savedUpdates: number;
  curves: Curves;
}

const DEFAULT_PRESET = Object.keys(PRESETS)[0];

/** GraphCast's own peak learning rate is right for any of these sizes. */
const DEFAULT_LEARNING_RATE = 1e-3;

function presetSettings(
  preset: string,
): Pick<TrainingSettings, 'preset' | 'latentSize' | 'meshSize' | 'messageSteps'> {
  const { model } = PRESETS[preset];
  return {
    preset,
    latentSize: model.latent_size,
    meshSize: model.mesh_size,
    messageSteps: model.gnn_msg_steps,
  };
}

const NO_RUN = {
  note: '',
  updates: 0,
  total: 0,
  loss: null,
  learningRate: null,
  lossByVariable: {},
  rate: null,
  parameterCount: null,
  savedUpdates: 0,
};

export const useTraining = create<Training>(() => ({
  settings: { ...presetSettings(DEFAULT_PRESET), learningRate: DEFAULT_LEARNING_RATE, updates: 500, seed: 0 },
  phase: 'idle',
  ...NO_RUN,
  curves: emptyCurves(),
}));

const { getState, setState } = useTraining;

export function choosePreset(preset: string): void {
  setState(({ settings }) => ({ settings: { ...settings, ...presetSettings(preset) } }));
}

export function changeSetting<K extends keyof TrainingSettings>(name: K, value: TrainingSettings[K]): void {
  setState(({ settings }) => ({ settings: { ...settings, [name]: value } }));
}

/** A run exists whose settings are fixed. */
export function isRunOpen(phase: RunPhase): boolean {
  return phase === 'preparing' || phase === 'running' || phase === 'paused';
}

/** Updates are being computed, or are about to be. */
function isGoing(): boolean {
  const { phase } = getState();
  return phase === 'running' || phase === 'preparing';
}

/** Starts a run, or goes on with a paused one. */
export async function train(): Promise<void> {
  if (isGoing()) return;
  setState({ phase: 'preparing', note: 'Preparing the run' });
  await engine.call('train', getState().settings).catch(reportError);
}

export async function pause(): Promise<void> {
  await engine.call('pause').catch(reportError);
}

export async function singleStep(): Promise<void> {
  if (isGoing()) return;
  setState({ phase: 'preparing', note: 'Preparing the run' });
  await engine.call('step', getState().settings).catch(reportError);
}

export async function stop(): Promise<void> {
  await engine.call('stop').catch(reportError);
}

/** Saves the run's parameters as GraphCast's own checkpoint file. */
export async function saveCheckpoint(): Promise<void> {
  try {
    const { settings, updates } = getState();
    saveFile(await engine.call('exportCheckpoint'), `${settings.preset}_update_${updates}.npz`);
    setState({ savedUpdates: updates });
  } catch (error) {
    reportError(error);
  }
}

export function trainOrPause(): void {
  void (isGoing() ? pause() : train());
}

engine.on('phase', ({ phase, note }) => {
  setState({ phase, note: note ?? '' });
  if (phase === 'idle') setState({ ...NO_RUN, curves: emptyCurves() });
});
engine.on('notice', ({ message }) => notify('info', message));
engine.on('failed', (report) => reportError(reviveError(report)));
engine.on('runReady', ({ parameterCount, updates: total, done }) => {
  setState({ parameterCount, total, note: '' });
  // Nothing for a new run; after a lost device less than was drawn.
  if (done < getState().updates)
    setState(({ curves }) => ({ updates: done, curves: curvesUntil(curves, done) }));
});
engine.on('updates', (reports) => {
  let { curves, rate } = getState();
  for (const { update, loss, gradientNorm, seconds } of reports) {
    curves = addPoint(curves, update, loss, gradientNorm);
    const current = 1 / seconds;
    rate = rate === null ? current : rate + 0.1 * (current - rate);
  }
  const { update, loss, learningRate, lossByVariable } = reports[reports.length - 1];
  setState({ updates: update, loss, learningRate, lossByVariable, rate, curves });
});

// A run lives in this page only: the browser asks before it is closed.
window.addEventListener('beforeunload', (event) => {
  const { updates, savedUpdates } = getState();
  if (updates > savedUpdates) event.preventDefault();
});
