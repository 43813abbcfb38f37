/** A training run as the page sees it: its settings, its phase, its curves. */
import { create } from 'zustand';
import { reviveError } from '../../error_report';
import { PRESETS } from '../../graphcast/config';
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
  /** Forecasts use the run's parameters: no checkpoint or statistics were opened after it ended. */
  leads: boolean;
  curves: Curves;
}

const DEFAULT_PRESET = Object.keys(PRESETS)[0];

/** The command line's default too. */
const DEFAULT_UPDATES = 3000;

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
  leads: false,
};

export const useTraining = create<Training>(() => ({
  settings: {
    ...presetSettings(DEFAULT_PRESET),
    learningRate: DEFAULT_LEARNING_RATE,
    updates: DEFAULT_UPDATES,
    seed: 0,
  },
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
export function train(): Promise<void> {
  return start('train');
}

export async function pause(): Promise<void> {
  await engine.call('pause').catch(reportError);
}

export function singleStep(): Promise<void> {
  return start('step');
}

async function start(call: 'train' | 'step'): Promise<void> {
  const { phase, settings } = getState();
  if (isGoing()) return;
  setState({ phase: 'preparing', note: 'Preparing the run' });
  try {
    await engine.call(call, settings);
  } catch (error) {
    // The engine tells its phase itself, unless it never took the call.
    if (getState().phase === 'preparing') setState({ phase, note: '' });
    reportError(error);
  }
}

export async function stop(): Promise<void> {
  await engine.call('stop').catch(reportError);
}

/** A checkpoint or statistics were opened: forecasts are made of them, not of the run that has ended. */
export function letFilesLead(): void {
  setState({ leads: false });
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
engine.on('runReady', ({ parameterCount, updates: total, done, leads }) => {
  setState(({ updates, savedUpdates, curves, loss }) => {
    const announced = { parameterCount, total, note: '', leads };
    if (done >= updates) return announced;
    // Nothing for a new run; after an error or a lost device less than was drawn.
    const left = curvesUntil(curves, done);
    return {
      ...announced,
      updates: done,
      savedUpdates: Math.min(savedUpdates, done),
      curves: left,
      loss: left.loss.at(-1) ?? (done > 0 ? loss : null),
    };
  });
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
