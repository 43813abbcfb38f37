/** Moving through initial and lead times: which there are, stepping, playing. */
import { useData } from './data';
import { shownForecast } from './field_values';
import { useForecasts } from './forecast';
import { useView } from './view';

/** One step of the model and of the scrubber, hours. */
export const STEP_HOURS = 6;

const FRAME_MILLISECONDS = 450;

/** Longest lead time that there is anything to see for, from the shown initial time. */
export function longestLead(): number {
  const { dataset } = useData.getState();
  const { initialTime } = useView.getState();
  if (!dataset || initialTime === null) return 0;
  const truth = (dataset.times[dataset.times.length - 1] - initialTime) / 3600;
  const { initialFrame, forecast } = shownForecast();
  const { running } = useForecasts.getState();
  const planned = running?.initialFrame === initialFrame ? running.steps * STEP_HOURS : 0;
  const longest = Math.max(truth, planned, ...(forecast?.leadHours ?? []));
  return Math.floor(longest / STEP_HOURS) * STEP_HOURS;
}

/** Moves the lead time by steps of 6 h; past the end it begins again when `around`. */
export function stepLead(steps: number, around = false): void {
  const { leadHours } = useView.getState();
  const longest = longestLead();
  const next = leadHours + steps * STEP_HOURS;
  if (around && next > longest) useView.setState({ leadHours: 0 });
  else useView.setState({ leadHours: Math.max(0, Math.min(longest, next)) });
}

/** Moves the initial time by frames of the dataset. */
export function stepInitial(frames: number): void {
  const { dataset } = useData.getState();
  if (!dataset) return;
  const { initialFrame } = shownForecast();
  showInitialFrame(Math.max(0, Math.min(dataset.times.length - 1, initialFrame + frames)));
}

export function showInitialFrame(frame: number): void {
  const { dataset } = useData.getState();
  if (!dataset) return;
  useView.setState({ initialTime: dataset.times[frame] });
  useView.setState(({ leadHours }) => ({ leadHours: Math.min(leadHours, longestLead()) }));
}

/** Frames per usual frame that playing can have. */
export const PLAY_SPEEDS = [0.5, 1, 2, 4];

/** To the next faster or slower speed. */
export function changePlaySpeed(steps: number): void {
  useView.setState(({ playSpeed }) => ({
    playSpeed: PLAY_SPEEDS[PLAY_SPEEDS.indexOf(playSpeed) + steps] ?? playSpeed,
  }));
}

let timer: ReturnType<typeof setInterval> | undefined;

export function togglePlay(): void {
  useView.setState(({ playing }) => ({ playing: !playing && longestLead() > 0 }));
}

useView.subscribe(({ playing, playSpeed }, before) => {
  if (playing === before.playing && playSpeed === before.playSpeed) return;
  clearInterval(timer);
  if (playing) timer = setInterval(() => stepLead(1, true), FRAME_MILLISECONDS / playSpeed);
});
