/** Days at the end of the data that a run does not train on, and is validated on. */
import { create } from 'zustand';
import { dividedDays } from './divided_days';
import { changeSetting } from './training';

const DAY = 86_400;
/** With fewer, every day is for training unless the user says otherwise. */
const ENOUGH_DAYS = 20;
const USUAL_SHARE = 20;

interface HeldOut {
  /** Percent of the days that are held out. */
  share: number;
  /** Of the open data's frames, seconds since 1970-01-01 UTC. */
  times: ArrayLike<number>;
}

export const useHeldOut = create<HeldOut>(() => ({ share: 0, times: [] }));

/** Holds days of new data out, before anything asks the engine about them with the days of the former ones. */
export function divideNew(times: ArrayLike<number>): void {
  useHeldOut.setState({ times });
  const days = times.length === 0 ? 0 : (times[times.length - 1] - times[0]) / DAY;
  holdOut(days >= ENOUGH_DAYS ? USUAL_SHARE : 0);
}

export function holdOut(share: number): void {
  useHeldOut.setState({ share });
  changeSetting('periods', dividedDays(useHeldOut.getState().times, share));
}
