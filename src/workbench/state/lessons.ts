/** Six guided scenes on the real page: which there are, and walking through them. The place is in the address. */
import type { TrainingSettings } from '../../worker/protocol';
import type { LessonPlace, Place } from '../location_hash';
import { nearestLevel, useData } from './data';
import { ENCODE_PROCESS_DECODE, GRID_AND_MESH, MESSAGE } from './lessons_network';
import type { Lesson, LessonStep } from './lessons_script';
import { BACKWARD_AND_ADAMW, LOSS, ROLLING_OUT } from './lessons_training';
import { isRunOpen, useTraining } from './training';
import { useView, type View } from './view';

export const LESSONS: Lesson[] = [
  GRID_AND_MESH,
  MESSAGE,
  ENCODE_PROCESS_DECODE,
  LOSS,
  BACKWARD_AND_ADAMW,
  ROLLING_OUT,
];

/** The lesson and the step that a place names; null for the list, or when there is no such step. */
export function lessonAt(place: LessonPlace | null): { lesson: Lesson; step: LessonStep } | null {
  const lesson = place && LESSONS[place.lesson - 1];
  const step = lesson?.steps[place!.step - 1];
  return lesson && step ? { lesson, step } : null;
}

/** The network's inside lies over the globe: in its own room, and in the lessons on it. */
export function showsNetwork({ room, lesson }: Place): boolean {
  return room === 'network' || (room === 'learn' && lessonAt(lesson)?.step.network !== undefined);
}

/** What lessons change, as it was before them: left again, they put it back. */
let before: { view: Partial<View>; settings: TrainingSettings } | null = null;

/** Opens a step and sets the page up for it. */
export function openLesson(place: LessonPlace): void {
  const found = lessonAt(place);
  if (!found) return;
  const view = useView.getState();
  before ??= { view: ownView(view), settings: useTraining.getState().settings };
  const shown = { ...view, ...found.step.show?.(view) };
  useView.setState({ ...shown, ...fittedField(shown), room: 'learn', lesson: place, sheetOpen: true });
}

/** One step on or back, into the next or the last lesson at the ends; past the last step, the list. */
export function walkLesson(by: 1 | -1): void {
  const { room, lesson } = useView.getState();
  if (room !== 'learn' || !lesson) return;
  const walk = LESSONS.flatMap(({ steps }, i) => steps.map((_, k) => ({ lesson: i + 1, step: k + 1 })));
  const at = walk.findIndex((place) => place.lesson === lesson.lesson && place.step === lesson.step);
  const next = walk[at + by];
  if (next) openLesson(next);
  else leaveLesson();
}

/** Back to the list, and globe and settings to what they were before the lessons. */
export function leaveLesson(): void {
  useView.setState({ ...before?.view, lesson: null });
  if (before && !isRunOpen(useTraining.getState().phase)) useTraining.setState({ settings: before.settings });
  before = null;
}

function ownView({
  variable,
  level,
  layer,
  leadHours,
  camera,
  compare,
  projection,
  overlays,
  meshLevels,
  rangeKind,
  pick,
}: View) {
  return {
    ...{ variable, level, layer, leadHours, camera, compare },
    ...{ projection, overlays, meshLevels, rangeKind, pick },
  };
}

/** The field of a step as far as the open data have it; where forecasts are shown, one that is predicted. */
function fittedField({ layer, variable, level }: Place): Partial<Place> {
  const { dataset } = useData.getState();
  if (!dataset) return {};
  const names = layer === 'truth' ? dataset.variables.map(({ name }) => name) : dataset.targetVariables;
  const shown = names.includes(variable) ? variable : dataset.targetVariables[0];
  return { variable: shown, level: nearestLevel(dataset, shown, level) };
}
