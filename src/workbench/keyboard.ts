/** The keys: one table that both the listener and the list under '?' read. */
import { nudged } from './globe/camera_controls';
import { RANGE_KINDS, ROOMS } from './location_hash';
import { usePalette } from './state/commands';
import { nearestLevel, useData } from './state/data';
import { availableLayers } from './state/field_values';
import { walkLesson } from './state/lessons';
import { act, lastUndo } from './state/notices';
import { saveImage } from './state/pictures';
import { useShownField } from './state/shown_field';
import { changePlaySpeed, stepInitial, stepLead, togglePlay } from './state/timeline';
import { singleStep, trainOrPause } from './state/training';
import {
  chooseUnit,
  moveCamera,
  nextComparison,
  pickPlace,
  showField,
  showLayer,
  toggleOverlay,
  toggleProjection,
  useView,
} from './state/view';
import { unitChoices } from './units';

export interface KeyAction {
  /** As shown in the list. */
  keys: string[];
  words: string;
  /** `KeyboardEvent.key` values, lower case. */
  match: string[];
  /** Goes on while the key is held. */
  repeats?: boolean;
  /** Only then is the key the page's; always when left out. */
  when?(): boolean;
  run(event: KeyboardEvent): void;
}

export const KEY_ACTIONS: KeyAction[] = [
  { keys: ['Space'], words: 'Play or pause time', match: [' '], run: togglePlay },
  {
    keys: ['←', '→'],
    words: 'Lead time, 6 h back or forward',
    match: ['arrowleft', 'arrowright'],
    repeats: true,
    run: ({ key }) => stepLead(key === 'ArrowRight' ? 1 : -1),
  },
  {
    keys: ['↑', '↓'],
    words: 'Later or earlier initial time',
    match: ['arrowup', 'arrowdown'],
    repeats: true,
    run: ({ key }) => stepInitial(key === 'ArrowUp' ? 1 : -1),
  },
  { keys: ['T'], words: 'Train or pause', match: ['t'], run: onOpenData(trainOrPause) },
  { keys: ['S'], words: 'Single update', match: ['s'], run: onOpenData(() => void singleStep()) },
  { keys: ['V'], words: 'Next variable', match: ['v'], run: nextVariable },
  {
    keys: ['[', ']'],
    words: 'Level up (lower pressure) or down',
    match: ['[', ']'],
    run: ({ key }) => stepLevel(key === ']' ? 1 : -1),
  },
  { keys: ['L'], words: 'Next layer: forecast, truth, error, 6 h change', match: ['l'], run: nextLayer },
  { keys: ['C'], words: 'Compare: divider, two globes, off', match: ['c'], run: nextComparison },
  { keys: ['F'], words: 'Flat map or globe', match: ['f'], run: toggleProjection },
  { keys: ['W'], words: 'Wind', match: ['w'], run: () => toggleOverlay('wind') },
  { keys: ['I'], words: 'Isolines', match: ['i'], run: () => toggleOverlay('isolines') },
  { keys: ['H'], words: 'Highs and lows', match: ['h'], run: () => toggleOverlay('extremes') },
  { keys: ['G'], words: 'Graticule', match: ['g'], run: () => toggleOverlay('graticule') },
  { keys: ['M'], words: 'Multi-mesh', match: ['m'], run: () => toggleOverlay('mesh') },
  { keys: ['D'], words: 'Grid cells', match: ['d'], run: () => toggleOverlay('cells') },
  { keys: ['P'], words: 'Pick the place in the middle', match: ['p'], run: pickMiddle },
  { keys: ['U'], words: 'Next unit', match: ['u'], run: nextUnit },
  { keys: ['R'], words: 'Colour range: fixed, automatic, symmetric', match: ['r'], run: nextRange },
  {
    keys: ['<', '>'],
    words: 'Play slower or faster',
    match: ['<', '>'],
    run: ({ key }) => changePlaySpeed(key === '>' ? 1 : -1),
  },
  { keys: ['E'], words: 'Save image', match: ['e'], run: () => void saveImage() },
  {
    keys: ROOMS.map((_, i) => String(i + 1)),
    words: 'Rooms, in their order',
    match: ROOMS.map((_, i) => String(i + 1)),
    run: ({ key }) => useView.setState({ room: ROOMS[Number(key) - 1], sheetOpen: true }),
  },
  {
    keys: ['PgUp', 'PgDn'],
    words: 'Lesson: a step back or on',
    match: ['pageup', 'pagedown'],
    when: () => useView.getState().room === 'learn' && useView.getState().lesson !== null,
    run: ({ key }) => walkLesson(key === 'PageDown' ? 1 : -1),
  },
  {
    keys: ['+', '−', '0'],
    words: 'Zoom in, out, whole globe',
    match: ['+', '=', '-', '0'],
    repeats: true,
    run: turnGlobe,
  },
  {
    keys: ['/'],
    words: 'Any command by its name',
    match: ['/'],
    run: () => usePalette.setState({ open: true }),
  },
  {
    keys: ['?'],
    words: 'This list',
    match: ['?'],
    run: () => useView.setState(({ keysOpen }) => ({ keysOpen: !keysOpen })),
  },
  {
    keys: ['Esc'],
    words: 'Close',
    match: ['escape'],
    run: () => useView.setState({ keysOpen: false, sheetOpen: false, playing: false, pick: null }),
  },
];

/** Shown in the list; the listener handles it before the table, because plain arrows move time. */
export const TURN_KEYS = { keys: ['Shift', '← ↑ → ↓'], words: 'Turn the globe' };

/** Shown in the list; the listener handles it before the table, whose keys stand alone. */
export const UNDO_KEYS = { keys: ['Ctrl', 'Z'], words: 'Undo what was closed, stopped, replaced or deleted' };

/** While the list is open, other keys do nothing behind it. */
const ENDS_DIALOG = ['?', 'Escape'];

/** Listens for the keys of the table wherever the focus does not need them itself. */
export function listenForKeys(): () => void {
  const listen = (event: KeyboardEvent) => {
    if (isUndo(event)) {
      const undo = lastUndo();
      if (undo) act(undo);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTakenBy(event.target, event.key)) return;
    if (event.shiftKey && !useView.getState().keysOpen && event.key.startsWith('Arrow')) {
      event.preventDefault();
      turnGlobe(event);
      return;
    }
    const action = KEY_ACTIONS.find(({ match }) => match.includes(event.key.toLowerCase()));
    if (
      !action ||
      !(action.when?.() ?? true) ||
      (useView.getState().keysOpen && !ENDS_DIALOG.includes(event.key))
    )
      return;
    if (event.key !== 'Escape') event.preventDefault();
    if (!event.repeat || action.repeats) action.run(event);
  };
  window.addEventListener('keydown', listen);
  return () => window.removeEventListener('keydown', listen);
}

/** In a field it is the browser's, for what was typed. */
function isUndo({ key, ctrlKey, metaKey, shiftKey, altKey, target }: KeyboardEvent): boolean {
  const isPressed = (ctrlKey || metaKey) && !shiftKey && !altKey && key.toLowerCase() === 'z';
  return (
    isPressed &&
    !(target instanceof HTMLInputElement && !['range', 'checkbox', 'radio'].includes(target.type))
  );
}

/**
 * Typing, choosing from a list and moving a slider keep their keys; a button keeps Space and Enter; a panel that
 * scrolls keeps up and down.
 */
function isTakenBy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement) || key === 'Escape') return false;
  // The focus leaves a dialog a moment after it has closed.
  if (target.closest('dialog:not([open])')) return false;
  if ((key === 'ArrowUp' || key === 'ArrowDown') && isInScroller(target)) return true;
  if (target instanceof HTMLInputElement && target.type === 'range') return key.startsWith('Arrow');
  if (target instanceof HTMLInputElement && (target.type === 'radio' || target.type === 'checkbox')) {
    return key === ' ' || (target.type === 'radio' && key.startsWith('Arrow'));
  }
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return true;
  return (
    (target instanceof HTMLButtonElement || target.tagName === 'SUMMARY') && (key === ' ' || key === 'Enter')
  );
}

function isInScroller(target: HTMLElement): boolean {
  for (let element: HTMLElement | null = target; element; element = element.parentElement) {
    const canScroll = element.scrollHeight > element.clientHeight;
    if (canScroll && /auto|scroll/.test(getComputedStyle(element).overflowY)) return true;
  }
  return false;
}

/** While data are being opened, a run could only begin on the ones that go. */
function onOpenData(run: () => void): () => void {
  return () => {
    if (useData.getState().opening === null) run();
  };
}

function turnGlobe(event: KeyboardEvent): void {
  const camera = nudged(useView.getState().camera, event.key, event.shiftKey);
  if (camera) moveCamera(camera);
}

function nextVariable(): void {
  const { dataset } = useData.getState();
  if (!dataset) return;
  const { variable, level } = useView.getState();
  const names = dataset.variables.map(({ name }) => name);
  const next = names[(names.indexOf(variable) + 1) % names.length];
  showField(next, nearestLevel(dataset, next, level));
}

function stepLevel(steps: number): void {
  const { dataset } = useData.getState();
  const { variable, level } = useView.getState();
  if (!dataset || level === null) return;
  const next = dataset.levels[dataset.levels.indexOf(level) + steps];
  if (next !== undefined) showField(variable, next);
}

function nextLayer(): void {
  const { layer } = useView.getState();
  const layers = availableLayers();
  showLayer(layers[(layers.indexOf(layer) + 1) % layers.length]);
}

function nextUnit(): void {
  const { unit } = useShownField.getState().display;
  const choices = unitChoices(unit);
  if (choices.length > 0) chooseUnit(choices, choices[(choices.indexOf(unit) + 1) % choices.length]);
}

function nextRange(): void {
  useView.setState(({ rangeKind }) => ({
    rangeKind: RANGE_KINDS[(RANGE_KINDS.indexOf(rangeKind) + 1) % RANGE_KINDS.length],
  }));
}

/** Marks the place in the middle of the globe; the marked one again is forgotten. */
function pickMiddle(): void {
  const { camera, pick } = useView.getState();
  const { longitude, latitude } = camera;
  if (!useData.getState().dataset) return;
  const isMarked = pick?.longitude === longitude && pick.latitude === latitude;
  pickPlace(isMarked ? null : { longitude, latitude });
}
