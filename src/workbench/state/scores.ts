/** The scorecard: what is being scored, what has been, and how it is looked at. */
import { create } from 'zustand';
import { type Card, linesOf, subjectOf } from '../../forecast/scorecard_html';
import { parseScores, type ScoredField, type Scores, writeScores } from '../../forecast/scores_file';
import type { KeptRun, WorkProgress } from '../../worker/protocol';
import type { Baseline, Metric } from '../rooms_hash';
import { useData } from './data';
import { engine } from './engine';
import { frameAt } from './field_values';
import { runForecast, useForecasts } from './forecast';
import { reportError } from './notices';
import { useRuns } from './runs';
import { saveFile } from './save_file';
import { STEP_HOURS } from './timeline';
import { leadingRunId, openRun, stop, useTraining } from './training';
import { showField, useView } from './view';

interface ScoreState {
  /** Null before anything has been scored. */
  scores: Scores | null;
  /** Null when nothing is being scored. */
  running: WorkProgress | null;
  /** Earlier scores of this visit and those of files, the newest first. */
  earlier: Scores[];
  /** One of the earlier ones, to compare with. */
  against: Scores | null;
  baseline: Baseline;
  metric: Metric;
  /** Key of the scores' regions. */
  region: string;
  /** Key of the field whose curve is shown; null: the first. */
  field: string | null;
  /** Longest lead time, days. */
  days: number;
  /** Hours between initial times. */
  everyHours: number;
}

export const useScores = create<ScoreState>(() => ({
  scores: null,
  running: null,
  earlier: [],
  against: null,
  baseline: 'persistence',
  metric: 'rmse',
  region: 'global',
  field: null,
  days: 3,
  everyHours: 24,
}));

const { getState, setState } = useScores;
const MOST_EARLIER = 12;

/** Scores the parameters that forecasts use now; the table fills while it goes on. */
export async function score(): Promise<void> {
  const { running, scores, days, everyHours } = getState();
  if (running) return;
  const { settings } = useTraining.getState();
  if (scores) keep(scores);
  const run = useRuns.getState().runs.find(({ id }) => id === leadingRunId());
  scoredRun = run?.name ?? null;
  setState({
    scores: null,
    running: { done: 0, total: 0, unit: 'forecast steps', perSecond: 0, secondsLeft: 0 },
  });
  try {
    const steps = (days * 24) / STEP_HOURS;
    const answer = await engine.call('score', { settings, steps, everyHours });
    setState({ scores: named(answer.scores) });
  } catch (error) {
    reportError(error);
  } finally {
    setState({ running: null });
  }
}

/** Name of the run whose parameters are being scored. */
let scoredRun: string | null = null;

/** Two runs may have come equally far: the scores of a run bear its name. */
function named(scores: Scores): Scores {
  return scoredRun ? { ...scores, name: `${scoredRun}, ${scores.name}` } : scores;
}

/** Scores a kept run: as it is now where forecasts are made with it, else as it was last saved. */
export async function scoreRun(run: KeptRun): Promise<void> {
  useView.setState({ room: 'score' });
  if (leadingRunId() !== run.id) {
    await openRun(run);
    // To be scored it need not go on, and others can be opened after it.
    if (useTraining.getState().phase === 'paused') await stop();
  }
  if (leadingRunId() === run.id) await score();
}

export async function cancelScore(): Promise<void> {
  await engine.call('cancelScore').catch(reportError);
}

/** Reads a score file, of the page or of `graphcast evaluate`, to compare with. */
export async function openScores(file: File): Promise<void> {
  try {
    const scores = parseScores(await file.text(), file.name);
    keep(scores);
    setState({ against: scores, baseline: 'against' });
  } catch (error) {
    reportError(error);
  }
}

export function compareWith(scores: Scores | null): void {
  setState(({ baseline }) => ({
    against: scores,
    baseline: scores ? 'against' : baseline === 'against' ? 'persistence' : baseline,
  }));
}

/** Shows a field's curve and, where it is on the globe, the error of the shown initial time at that lead time. */
export async function showScore({ id, variable, level }: ScoredField, leadHours: number): Promise<void> {
  setState({ field: id });
  const { dataset } = useData.getState();
  if (!dataset?.targetVariables.includes(variable)) return;
  showField(variable, level);
  const { initialTime } = useView.getState();
  const shown = frameAt(dataset, initialTime ?? Number.NaN);
  const frame = dataset.initialFrames.includes(shown) ? shown : dataset.initialFrames[0];
  if (frame === undefined) return;
  useView.setState({ initialTime: dataset.times[frame] });
  const { byInitialFrame, running, steps } = useForecasts.getState();
  if (!byInitialFrame[frame]?.leadHours.includes(leadHours)) {
    if (running) return;
    useForecasts.setState({ steps: Math.max(steps, leadHours / STEP_HOURS) });
    await runForecast(frame);
    if (!useForecasts.getState().byInitialFrame[frame]?.leadHours.includes(leadHours)) return;
  }
  useView.setState({ layer: 'error', leadHours });
}

/** The scores with what they are compared with. */
export function cardOf({ scores, against }: Pick<ScoreState, 'scores' | 'against'>): Card | null {
  return scores && { scores, against: against ?? undefined };
}

/** The line to compare with; undefined where the scores have none of that kind. */
export function baselineOf(card: Card, baseline: Baseline) {
  const isSubject = baseline === subjectOf(card.scores);
  return isSubject ? undefined : linesOf(card).find(({ id }) => id === baseline);
}

export async function saveScores(kind: 'json' | 'csv' | 'html'): Promise<void> {
  const { scores, against } = getState();
  if (!scores) return;
  const text = {
    json: async () => writeScores(scores),
    csv: async () => (await import('../../forecast/scores_csv')).scoresCsv(scores),
    html: async () => (await import('../../forecast/scorecard')).scorecard(scores, against ?? undefined),
  };
  saveFile(new TextEncoder().encode(await text[kind]()), `${fileName(scores)}.${kind}`);
}

/** 'scores_first_try_update_120' */
export function fileName({ name }: Scores): string {
  return `scores_${name.replace(/\.npz$/, '').replace(/[^\p{L}\p{N}.]+/gu, '_')}`;
}

function keep(scores: Scores): void {
  setState(({ earlier }) => ({ earlier: [scores, ...earlier].slice(0, MOST_EARLIER) }));
}

engine.on('scores', ({ scores, progress }) => {
  if (getState().running) setState({ scores: named(scores), running: progress });
});
