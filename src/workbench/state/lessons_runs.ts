/** Short real runs and forecasts of the lessons, and what the ones before them gave, for comparison. */
import { create } from 'zustand';
import type { FieldScores } from '../../worker/protocol';
import { useData } from './data';
import { useDevice } from './device';
import { frameAt } from './field_values';
import { runForecast, useForecasts } from './forecast';
import { useShownField } from './shown_field';
import { showInitialFrame } from './timeline';
import { changeSetting, isRunOpen, train, useTraining } from './training';
import { useView } from './view';

interface LessonRuns {
  /** Of the next run. */
  updates: number;
  /** Loss of the run before, by update. */
  runBefore: { update: number[]; loss: number[]; learningRate: number } | null;
  /** RMSE of the forecast before, of one field. */
  scoresBefore: { field: string; scores: FieldScores } | null;
}

/** Few enough to wait for, enough to see the loss fall. */
const FEW_UPDATES = 50;

export const useLessonRuns = create<LessonRuns>(() => ({
  updates: FEW_UPDATES,
  runBefore: null,
  scoresBefore: null,
}));

/** Starts a new short run; a paused one goes on. */
export function trainInLesson(): void {
  const { phase, curves, settings, updates, config } = useTraining.getState();
  if (!isRunOpen(phase)) {
    if (updates > 0 && config) {
      const { update, loss } = curves;
      const learningRate = Math.max(...curves.learningRate);
      useLessonRuns.setState({ runBefore: { update: [...update], loss: [...loss], learningRate } });
    }
    if (settings.updates !== useLessonRuns.getState().updates) {
      changeSetting('updates', useLessonRuns.getState().updates);
    }
  }
  void train();
}

/** Forecasts from the shown initial time, or the first possible one, and then shows the layer that was shown. */
export async function forecastInLesson(steps?: number): Promise<void> {
  const { dataset } = useData.getState();
  const { initialTime, layer } = useView.getState();
  if (!dataset || initialTime === null) return;
  let frame = frameAt(dataset, initialTime);
  if (!dataset.initialFrames.includes(frame)) {
    frame = dataset.initialFrames[0];
    showInitialFrame(frame);
  }
  const { scores } = useShownField.getState();
  useLessonRuns.setState({ scoresBefore: scores && { field: shownName(), scores } });
  const chosen = useForecasts.getState().steps;
  if (steps) useForecasts.setState({ steps });
  const forecast = runForecast(frame);
  useForecasts.setState({ steps: chosen });
  await forecast;
  useView.setState(({ leadHours }) => ({ layer, leadHours: Math.max(6, leadHours) }));
}

/** The shown field, to tell whose scores they are. */
export function shownName(): string {
  const { variable, level } = useView.getState();
  return `${variable} ${level}`;
}

/** Seconds that updates take when none has been timed: of the smallest preset, by kind of adapter. */
const SECONDS_PER_UPDATE = { software: 0.4, hardware: 0.03 };

/** Roughly how long the next run takes, seconds. */
export function secondsOfRun(updates: number): number {
  const { rate } = useTraining.getState();
  const { software } = useDevice.getState();
  return updates / (rate ?? 1 / SECONDS_PER_UPDATE[software ? 'software' : 'hardware']);
}
