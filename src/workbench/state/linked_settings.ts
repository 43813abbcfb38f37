/** The Train room's settings as a link tells them: taken from it, waiting for the files that they ask for, and told. */
import { type AskedOfFiles, decodeSettings, encodeSettings, type LinkedSettings } from '../settings_hash';
import { t } from '../words/words';
import { useData } from './data';
import { periodProblem } from './divided_days';
import { choosePeriods, useHeldOut, usualPeriods } from './held_out';
import { notify } from './notices';
import { changeSetting, isRunOpen, useTraining } from './training';
import { usualSettings } from './usual_settings';

/** What the link asks of data or a checkpoint that are not open, or that do not fit. */
let waiting: AskedOfFiles = {};

/** Takes a link's settings; an open run keeps its own, which are fixed. */
export function takeLinkedSettings(hash: string): void {
  if (isRunOpen(useTraining.getState().phase)) return;
  const { periods, fresh, ...own } = decodeSettings(hash);
  useTraining.setState(({ settings }) => ({ settings: { ...settings, ...own } }));
  waiting = {};
  const { dataset, checkpoint } = useData.getState();
  if (dataset) choosePeriods(usualPeriods(dataset.times));
  if (checkpoint) changeSetting('fresh', isUsuallyFresh());
  waiting = { periods, fresh };
  if (dataset) fitPeriods();
  if (dataset) fitStart();
}

/** The parts of the address that tell the settings as they are, and what they wait for. */
export function linkedSettingsParts(): string[] {
  const { settings } = useTraining.getState();
  const { periods, fresh, ...own } = settings;
  const known = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const isUsualDivision = isSame(periods, usualPeriods(useHeldOut.getState().times));
  const isUsualStart = !useData.getState().checkpoint || fresh === isUsuallyFresh();
  const asked: LinkedSettings = {
    ...{ ...usualSettings(settings.preset), ...known },
    periods: waiting.periods ?? (isUsualDivision ? undefined : (periods ?? 'all')),
    fresh: waiting.fresh ?? (isUsualStart ? undefined : fresh),
  };
  return encodeSettings(asked);
}

/** The starter is there for forecasts; a checkpoint that its user has opened is there to go on from. */
function isUsuallyFresh(): boolean {
  return useData.getState().checkpoint?.starter ?? false;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function fitPeriods(): void {
  const { periods } = waiting;
  if (periods === undefined) return;
  const wanted = periods === 'all' ? undefined : periods;
  const problem = periodProblem(wanted, useHeldOut.getState().times);
  if (problem) {
    notify(
      'error',
      t(
        'The link’s dates do not fit these data. {problem} Open the data that the link is about, or choose dates.',
        {
          problem: problem.words,
        },
      ),
    );
    return;
  }
  waiting = { ...waiting, periods: undefined };
  choosePeriods(wanted);
}

function fitStart(): void {
  const { fresh } = waiting;
  const { checkpoint, shipped, opening } = useData.getState();
  if (fresh === undefined) return;
  if (checkpoint) {
    waiting = { ...waiting, fresh: undefined };
    changeSetting('fresh', fresh);
  } else if (!fresh && !(shipped && opening !== null)) {
    notify('error', t('The link’s run starts from a checkpoint: open it, or train new weights.'));
  }
}

/** A choice of one's own comes before the link's. */
useTraining.subscribe(({ settings }, before) => {
  if (useData.getState().opening !== null) return;
  if (settings.periods !== before.settings.periods) waiting = { ...waiting, periods: undefined };
  if (settings.fresh !== before.settings.fresh) waiting = { ...waiting, fresh: undefined };
});

useData.subscribe(({ dataset, checkpoint }, before) => {
  if (dataset !== before.dataset && dataset) fitPeriods();
  if (dataset !== before.dataset || checkpoint !== before.checkpoint) fitStart();
});
