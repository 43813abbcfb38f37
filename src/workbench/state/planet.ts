/** A planet that the page simulates itself, beside everything else that it does. */
import { create } from 'zustand';
import { reviveError } from '../../error_report';
import type { PlanetOptions } from '../../weather/planet/planet';
import type { PlanetMessage } from '../../worker/planet.worker';
import type { DatasetSource } from '../../worker/protocol';
import { t } from '../words/words';
import { openDataset } from './changed_files';
import { isBusy } from './data';
import { notify, reportError } from './notices';

interface PlanetState {
  /** Continents, mountains and weather follow from it. */
  seed: number;
  days: number;
  truncation: number;
  /** Of the simulation under way, in days, spin-up included. */
  progress: { done: number; total: number; secondsLeft: number } | null;
}

export const usePlanet = create<PlanetState>(() => ({ seed: 1, days: 20, truncation: 21, progress: null }));

/** Frames of a planet come every 6 h. */
const FRAMES_PER_DAY = 4;
/** Enough for weather to begin from rest. */
const SPIN_UP_DAYS = 40;
/** Enough to see, few enough to learn from in minutes. */
const PRESSURE_LEVELS = [250, 500, 850];

let worker: Worker | undefined;

/** Simulates a planet and opens it as if its file had been picked. */
export function simulatePlanet(): void {
  const { seed, days, truncation, progress } = usePlanet.getState();
  if (progress) return;
  const options: Partial<PlanetOptions> = {
    ...{ seed, days, truncation },
    spinUpDays: SPIN_UP_DAYS,
    pressureLevels: PRESSURE_LEVELS,
  };
  const started = performance.now();
  const total = SPIN_UP_DAYS + days;
  usePlanet.setState({ progress: { done: 0, total, secondsLeft: Number.NaN } });
  worker = new Worker(new URL('../../worker/planet.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<PlanetMessage>) => {
    if ('done' in data) {
      const seconds = (performance.now() - started) / 1000;
      const secondsLeft = (seconds / data.done) * (data.total - data.done);
      usePlanet.setState({ progress: { done: data.done / FRAMES_PER_DAY, total, secondsLeft } });
      return;
    }
    cancelPlanet();
    if ('error' in data) reportError(reviveError(data.error));
    else openWhenFree({ files: [new File([data.file], `planet_${seed}.nc`)], simulated: true });
  };
  worker.onerror = ({ message }) => {
    cancelPlanet();
    reportError(new Error(`The simulation stopped: ${message || 'its thread could not be started'}.`));
  };
  worker.postMessage(options);
}

/** A run that was begun meanwhile goes on: its user says when the planet takes the place of its data. */
function openWhenFree(planet: DatasetSource): void {
  if (!isBusy()) void openDataset(planet);
  else {
    const action = { label: 'Open', run: () => openWhenFree(planet) };
    notify('info', t('The simulated planet is ready: stop the run, then open it.'), action);
  }
}

export function cancelPlanet(): void {
  worker?.terminate();
  worker = undefined;
  usePlanet.setState({ progress: null });
}
