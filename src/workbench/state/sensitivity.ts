/** What a forecast depends on: the question in the Network room, the engine's answer, and its fields in shown units. */
import { create } from 'zustand';
import type { FieldName, SensitivitySummary, WorkProgress } from '../../worker/protocol';
import type { AskedSensitivity, InputFrame } from '../rooms_hash';
import { type Display, displayOf, inChosenUnit, inUnit } from '../units';
import { useData } from './data';
import { engine } from './engine';
import { reportError } from './notices';
import { useTraining } from './training';
import { useView } from './view';

interface SensitivityState {
  /** The forecast field; null: the shown one. */
  target: FieldName | null;
  /** Lead time in steps of 6 h. */
  steps: number;
  running: WorkProgress | null;
  /** What the last answer is about. */
  summary: SensitivitySummary | null;
  /** Which of the two input frames is shown. */
  frame: InputFrame;
  /** Per standard deviation of the input field, else per unit. */
  perDeviation: boolean;
}

export const useSensitivity = create<SensitivityState>(() => ({
  target: null,
  steps: 2,
  running: null,
  summary: null,
  frame: 'last',
  perDeviation: true,
}));

const { getState, setState } = useSensitivity;

/** The forecast field that is asked for: the chosen one, else the shown one, else the first that is predicted. */
export function targetField(): FieldName | null {
  const { dataset } = useData.getState();
  if (!dataset) return null;
  const { target } = getState();
  const { variable, level } = target ?? useView.getState();
  const name = dataset.targetVariables.includes(variable) ? variable : dataset.targetVariables[0];
  const info = dataset.variables.find((candidate) => candidate.name === name);
  if (!info) return null;
  if (!info.hasLevel) return { variable: name, level: null };
  return {
    variable: name,
    level: level !== null && dataset.levels.includes(level) ? level : dataset.levels[0],
  };
}

/** Chooses the forecast field and lead time that are asked about. */
export function askAbout({ variable, level, steps }: AskedSensitivity): void {
  setState({ target: { variable, level }, steps });
}

/** Computes the gradient of the asked-for number with respect to the initial state, and shows it on the globe. */
export async function computeSensitivity(
  place: { longitude: number; latitude: number },
  initialFrame: number,
): Promise<void> {
  const { steps, running } = getState();
  const field = targetField();
  if (running || !field) return;
  const { settings } = useTraining.getState();
  const { dataset } = useData.getState();
  const { longitude, latitude } = place;
  setState({
    running: { done: 0, total: 3 * steps - 1, unit: 'passes', perSecond: 0, secondsLeft: Number.NaN },
  });
  try {
    const question = { settings, ...field, initialFrame, steps, longitude, latitude };
    const summary = await engine.call('sensitivity', question);
    if (!summary || useData.getState().dataset !== dataset) return;
    setState({ summary, target: field });
    useView.setState({ layer: 'sensitivity' });
  } catch (error) {
    reportError(error);
  } finally {
    setState({ running: null });
  }
}

export async function cancelSensitivity(): Promise<void> {
  await engine.call('cancelSensitivity').catch(reportError);
}

/**
 * The last sensitivity to a field, [lat, lon] in shown units, with its unit; or one sentence saying why there is none.
 * @param display of the input field
 */
export async function sensitivityValues(
  field: FieldName,
  display: Display,
): Promise<{ values: Float32Array; unit: string } | string> {
  const { summary, frame, perDeviation } = getState();
  const { dataset } = useData.getState();
  if (!summary || !dataset) return 'Compute a sensitivity in the Network room first.';
  if (!dataset.targetVariables.includes(field.variable))
    return 'A forecast’s gradient is known for the fields that it predicts: choose another variable.';
  const { values, deviation } = await engine.call('sensitivityField', { ...field, frame });
  const info = dataset.variables.find(({ name }) => name === summary.variable);
  const output = inChosenUnit(displayOf(summary.variable, info?.units), useView.getState().units);
  const factor = output.scale * (perDeviation ? deviation : 1 / display.scale);
  const of = output.differenceUnit || '1';
  return {
    values: inUnit(values, { ...output, scale: factor }, true),
    unit: perDeviation ? `${of} / σ` : `${of} / ${display.differenceUnit || '1'}`,
  };
}

engine.on('sensitivityProgress', (progress) => {
  if (getState().running) setState({ running: progress });
});

useData.subscribe(({ dataset }, before) => {
  if (dataset === before.dataset) return;
  setState({ summary: null, target: null });
});
