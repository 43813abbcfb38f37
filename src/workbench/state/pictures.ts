/** Pictures of the stage to keep: one image, or the forecast as a film. */
import { create } from 'zustand';
import { hourStamp } from '../location_hash';
import { reportError } from './notices';
import { saveFile } from './save_file';
import { useShownField } from './shown_field';
import { longestLead, STEP_HOURS } from './timeline';
import { showLead, useView } from './view';

interface Pictures {
  /** Of the animation being recorded, in lead times. */
  progress: { done: number; total: number } | null;
}

export const usePictures = create<Pictures>(() => ({ progress: null }));

/** Everything that takes pictures comes with the globe, not with the page's first paint. */
const recording = () => import('../globe/recording');

/** Saves what is on the stage as PNG, with its legend and times. */
export async function saveImage(): Promise<void> {
  try {
    const { stageImage } = await recording();
    saveFile(await stageImage(), `${fileStem()}_${useView.getState().leadHours}h.png`);
  } catch (error) {
    reportError(error);
  }
}

let cancelled = false;

export function cancelAnimation(): void {
  cancelled = true;
}

/** Saves all lead times one after another as WebM, each shown for a while; then shows what was shown before. */
export async function saveAnimation(): Promise<void> {
  if (usePictures.getState().progress) return;
  const shown = useView.getState().leadHours;
  const total = longestLead() / STEP_HOURS + 1;
  cancelled = false;
  useView.setState({ playing: false });
  usePictures.setState({ progress: { done: 0, total } });
  try {
    const { StageFilm } = await recording();
    const film = await StageFilm.begin();
    for (let step = 0; step < total && !cancelled; step++) {
      await showAndWait(step * STEP_HOURS);
      await film.add();
      usePictures.setState({ progress: { done: step + 1, total } });
    }
    const bytes = await film.finish();
    if (!cancelled) saveFile(bytes, `${fileStem()}.webm`);
  } catch (error) {
    reportError(error);
  } finally {
    usePictures.setState({ progress: null });
    showLead(shown);
  }
}

/** Shows a lead time and waits until its field, or the reason why there is none, is on the stage. */
function showAndWait(leadHours: number): Promise<void> {
  return new Promise((resolve) => {
    if (useShownField.getState().leadHours === leadHours) {
      resolve();
      return;
    }
    const stop = useShownField.subscribe((shown) => {
      if (shown.leadHours !== leadHours) return;
      stop();
      resolve();
    });
    showLead(leadHours);
  });
}

function fileStem(): string {
  const { variable, level, initialTime } = useView.getState();
  return [variable, level, initialTime === null ? null : hourStamp(initialTime)].filter(Boolean).join('_');
}
