/** Days at the end of the data that a run does not train on, and is validated on. */
import { create } from 'zustand';
import { useData } from './data';
import { dividedDays } from './divided_days';
import { changeSetting } from './training';

const DAY = 86_400;
/** With fewer, every day is for training unless the user says otherwise. */
const ENOUGH_DAYS = 20;
const USUAL_SHARE = 20;

/** Percent of the days that are held out. */
export const useHeldOut = create<{ share: number }>(() => ({ share: 0 }));

export function holdOut(share: number): void {
  useHeldOut.setState({ share });
  const dataset = useData.getState().dataset;
  changeSetting('periods', dataset ? dividedDays(dataset.times, share) : undefined);
}

useData.subscribe(({ dataset }, before) => {
  if (dataset === before.dataset || !dataset) return;
  const { times } = dataset;
  const days = (times[times.length - 1] - times[0]) / DAY;
  holdOut(days >= ENOUGH_DAYS ? USUAL_SHARE : 0);
});
