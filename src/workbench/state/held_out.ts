/** Days that a run does not train on, but is validated and tested on: chosen as a share, or date by date. */
import { create } from 'zustand';
import type { PeriodName, Periods } from '../../weather/periods';
import {
  dividedDays,
  periodProblem,
  USUAL_SHARE,
  unlessWhole,
  withoutPeriod,
  withPeriod,
} from './divided_days';
import { changeSetting, useTraining } from './training';

const DAY = 86_400;
/** With fewer, every day is for training unless the user says otherwise. */
const ENOUGH_DAYS = 20;

interface HeldOut {
  /** Of the open data's frames, seconds since 1970-01-01 UTC. */
  times: ArrayLike<number>;
  /** Periods as typed, while they cannot be used; null: those of the settings. */
  draft: Periods | null;
}

export const useHeldOut = create<HeldOut>(() => ({ times: [], draft: null }));

const { getState, setState } = useHeldOut;

/** What is held out of data unless the user says otherwise. */
export function usualPeriods(times: ArrayLike<number>): Periods | undefined {
  const days = times.length === 0 ? 0 : (times[times.length - 1] - times[0]) / DAY;
  return dividedDays(times, days >= ENOUGH_DAYS ? USUAL_SHARE : 0);
}

/** Holds days of new data out, before anything asks the engine about them with the days of the former ones. */
export function divideNew(times: ArrayLike<number>): void {
  setState({ times });
  choosePeriods(usualPeriods(times));
}

/** Holds a share of the days out, the last ones; of these the later half for a test where there is one. */
export function holdOut(share: number): void {
  const { times } = getState();
  choosePeriods(dividedDays(times, share, shownPeriods()?.test !== undefined));
}

/** Takes a period's first and last day; dates that cannot be used yet stay as they are typed. */
export function changePeriod(name: PeriodName, dates: [string, string]): void {
  choosePeriods({ ...shownPeriods(), [name]: dates });
}

/** Whether such dates could be used at once. */
export function isUsable(name: PeriodName, dates: [string, string]): boolean {
  return periodProblem({ ...shownPeriods(), [name]: dates }, getState().times) === null;
}

export function addPeriod(name: 'validation' | 'test'): void {
  choosePeriods(withPeriod(getState().times, shownPeriods(), name));
}

export function removePeriod(name: 'validation' | 'test'): void {
  const periods = shownPeriods();
  if (periods) choosePeriods(withoutPeriod(periods, name));
}

function shownPeriods(): Periods | undefined {
  return getState().draft ?? useTraining.getState().settings.periods;
}

/** Becomes the settings' periods, if it can; else no run can begin until it can. */
export function choosePeriods(periods: Periods | undefined): void {
  const { times } = getState();
  const problem = periodProblem(periods, times);
  if (problem === null) changeSetting('periods', unlessWhole(times, periods));
  setState({ draft: problem === null ? null : (periods ?? null) });
  useTraining.setState({ settingsProblem: problem?.words ?? null });
}

// A run that is opened, or a link, brings its own.
useTraining.subscribe(({ settings }, before) => {
  if (settings.periods === before.settings.periods || getState().draft === null) return;
  setState({ draft: null });
  useTraining.setState({ settingsProblem: null });
});
