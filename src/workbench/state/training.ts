/** A training run as the page sees it: its settings, its phase, its curves. */
import { create } from 'zustand';
import { reviveError } from '../../error_report';
import { PRESETS } from '../../graphcast/config';
import type { Alarm } from '../../training/alarms';
import type { RunConfig } from '../../training/run_config';
import { mostArSteps, totalUpdates } from '../../training/schedule';
import { TASK_NAMES, TASKS } from '../../weather/task';
import type {
  KeptRun,
  RunPhase,
  TrainingSettings,
  UpdateReport,
  ValidationReport,
  WorkProgress,
} from '../../worker/protocol';
import { addPoint, addValidation, type Curves, curvesUntil, emptyCurves } from '../../worker/run_curves';
import { peakRate } from '../../worker/run_phases';
import { engine } from './engine';
import { notify, reportError } from './notices';
import { saveFile } from './save_file';
import { DEFAULT_PRESET, presetSettings, usualSettings } from './usual_settings';

interface Training {
  settings: TrainingSettings;
  /** Why no run can begin with what the fields say, in words; null when one can. */
  settingsProblem: string | null;
  phase: RunPhase;
  /** Plain words while a run is being prepared or validated. */
  note: string;
  /** How far the preparation is, where that is known. */
  progress: WorkProgress | null;
  /** Under which the browser keeps the run; null when there is no run, or it cannot be kept. */
  runId: string | null;
  config: RunConfig | null;
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
  validation: ValidationReport | null;
  /** The latest last. */
  alarms: Alarm[];
}

const NO_RUN = {
  note: '',
  progress: null,
  runId: null,
  config: null,
  updates: 0,
  total: 0,
  loss: null,
  learningRate: null,
  lossByVariable: {},
  rate: null,
  parameterCount: null,
  savedUpdates: 0,
  leads: false,
  validation: null,
  alarms: [],
};

const MOST_ALARMS = 20;

/** Numbers and curves on the screen change this often, ms. */
const SHOW_MILLISECONDS = 250;

export const useTraining = create<Training>(() => ({
  settings: usualSettings(),
  settingsProblem: null,
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
  const { phase, settings, settingsProblem } = getState();
  if (isGoing()) return;
  if (settingsProblem !== null && !isRunOpen(phase)) return notify('error', settingsProblem);
  setState({ phase: 'preparing', note: 'Preparing the run' });
  // So that the browser does not clear the run away when space gets scarce; it may say no.
  void navigator.storage?.persist?.();
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

/** The run whose parameters forecasts use; null when they use others. */
export function leadingRunId(): string | null {
  const { runId, leads, updates } = getState();
  return leads && updates > 0 ? runId : null;
}

/** Opens a run that the browser keeps, as it was saved, with its curves and its settings. */
export async function openRun({ id, validateEvery }: KeptRun): Promise<void> {
  try {
    opening = { curves: await engine.call('runCurves', { id }), validateEvery };
    await engine.call('openRun', { id });
  } catch (error) {
    reportError(error);
  } finally {
    opening = undefined;
  }
}

/** What a run that is being opened has had so far. */
let opening: { curves: Curves; validateEvery: number } | undefined;

/** The settings that a configuration was made from, as far as there is a control for them. */
function settingsOf(config: RunConfig, validateEvery: number): TrainingSettings {
  const { model, phases, seed, task, periods, sampling, batch_size: batchSize, activations, freeze } = config;
  const { latent_size: latentSize, mesh_size: meshSize, gnn_msg_steps: messageSteps } = model;
  const sizes = ['latent_size', 'mesh_size', 'gnn_msg_steps'] as const;
  const same = Object.keys(PRESETS).find((name) =>
    sizes.every((size) => PRESETS[name].model[size] === model[size]),
  );
  return {
    ...{ preset: same ?? DEFAULT_PRESET, latentSize, meshSize, messageSteps },
    ...{ updates: totalUpdates(phases), learningRate: peakRate(phases), arSteps: mostArSteps(phases) },
    ...{ seed, periods, sampling, batchSize, activations, freeze },
    variableWeights: config.variable_weights ?? {},
    ...{ averageDecay: config.ema_decay, onBadUpdate: config.on_bad_update },
    ...(validateEvery > 0 && { validateEvery }),
    task: TASK_NAMES.find((name) => JSON.stringify(TASKS[name]) === JSON.stringify(task)) ?? 'own',
    fresh: getState().settings.fresh,
  };
}

engine.on('phase', ({ phase, note, progress }) => {
  showUpdates();
  setState({ phase, note: note ?? '', progress: progress ?? null });
  if (phase === 'idle') setState({ ...NO_RUN, curves: emptyCurves() });
});
engine.on('notice', ({ message }) => notify('info', message));
engine.on('failed', (report) => reportError(reviveError(report)));
engine.on('runReady', ({ id: runId, config, parameterCount, updates: total, done, leads }) => {
  showUpdates();
  const announced = { runId, config, parameterCount, total, note: '', leads };
  if (opening) {
    const { curves, validateEvery } = opening;
    setState({
      ...NO_RUN,
      ...announced,
      ...{ updates: done, savedUpdates: done, curves, settings: settingsOf(config, validateEvery) },
      ...{ loss: curves.loss.at(-1) ?? null, learningRate: curves.learningRate.at(-1) ?? null },
    });
    return;
  }
  setState(({ updates, savedUpdates, curves, loss, alarms }) => {
    if (done === 0) return { ...NO_RUN, ...announced, curves: emptyCurves() };
    if (done >= updates) return announced;
    // After an error or a lost device less than was drawn.
    const left = curvesUntil(curves, done);
    return {
      ...announced,
      ...{ updates: done, savedUpdates: Math.min(savedUpdates, done), curves: left, alarms },
      loss: left.loss.at(-1) ?? loss,
    };
  });
});

/** Updates that are not on the screen yet. */
let unshown: UpdateReport[] = [];
let shownAt = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

function showUpdates(): void {
  clearTimeout(timer);
  timer = undefined;
  if (unshown.length === 0) return;
  shownAt = performance.now();
  let { curves, rate } = getState();
  for (const report of unshown) {
    curves = addPoint(curves, report);
    // The mean of times, not of rates: results that come together would make it jump.
    rate = 1 / (rate === null ? report.seconds : 0.9 / rate + 0.1 * report.seconds);
  }
  const { update, loss, learningRate, lossByVariable } = unshown[unshown.length - 1];
  unshown = [];
  setState({ updates: update, loss, learningRate, lossByVariable, rate, curves });
}

engine.on('updates', (reports) => {
  unshown.push(...reports);
  timer ??= setTimeout(showUpdates, Math.max(0, shownAt + SHOW_MILLISECONDS - performance.now()));
});
engine.on('validation', (validation) => {
  showUpdates();
  addValidation(getState().curves, validation);
  setState({ validation });
});
engine.on('alarms', (more) => {
  setState(({ alarms }) => {
    // Said again, one takes the place of the former.
    const others = alarms.filter(({ message }) => more.every((alarm) => alarm.message !== message));
    return { alarms: [...others, ...more].slice(-MOST_ALARMS) };
  });
  // That a lost device is back is said with it.
  for (const { kind, message } of more) if (kind !== 'device lost') notify('info', message);
});
engine.on('keptRuns', (runs) => {
  const kept = runs.find(({ id }) => id === getState().runId);
  if (kept) setState(({ savedUpdates }) => ({ savedUpdates: Math.max(savedUpdates, kept.update) }));
});

// The engine saves now and then; what it has not saved yet it saves when the page goes out of sight.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') engine.call('saveRun').catch(reportError);
});
// A run that is kept nowhere lives in this page only: the browser asks before it is closed.
window.addEventListener('beforeunload', (event) => {
  const { runId, updates, savedUpdates } = getState();
  if (runId === null && updates > savedUpdates) event.preventDefault();
});
