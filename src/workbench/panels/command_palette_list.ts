/** Everything that the command palette can do, from the same tables that the page's own controls read. */
import { PRESETS } from '../../graphcast/config';
import { layerName } from '../globe/layer_words';
import { KEY_ACTIONS, type KeyAction } from '../keyboard';
import { openFiles, openPlanet } from '../state/changed_files';
import type { Command } from '../state/commands';
import { isBusy, nearestLevel, useData } from '../state/data';
import { availableLayers } from '../state/field_values';
import { LESSONS, openLesson } from '../state/lessons';
import { act, lastUndo, reportError } from '../state/notices';
import { toggleTheme } from '../state/theme';
import { choosePreset, isRunOpen, useTraining } from '../state/training';
import { showField, showLayer, useView } from '../state/view';
import { displayOf } from '../units';
import { chooseLanguage, LANGUAGES, type Language } from '../words/language';
import { t } from '../words/words';
import { ROOM_LIST } from './rooms';

/** As they are now; texts in the user's language. */
export function allCommands(): Command[] {
  return [
    ...roomCommands(),
    ...lessonCommands(),
    ...keyCommands(),
    ...fieldCommands(),
    ...presetCommands(),
    ...openCommands(),
    ...pageCommands(),
  ];
}

function roomCommands(): Command[] {
  return ROOM_LIST.map(({ room, words }, i) => ({
    group: t('Rooms'),
    words: t(words),
    key: String(i + 1),
    run: () => useView.setState({ room, sheetOpen: true }),
  }));
}

function lessonCommands(): Command[] {
  return LESSONS.flatMap(({ title, steps }, i) =>
    steps.map(({ heading }, k) => ({
      group: t('Lessons'),
      words: k === 0 ? t(title) : `${t(title)}: ${t(heading)}`,
      run: () => openLesson({ lesson: i + 1, step: k + 1 }),
    })),
  );
}

/** Keys that something else in the list stands for. */
const LISTED_OTHERWISE = ['1', 'escape', '/', '?'];

function keyCommands(): Command[] {
  return KEY_ACTIONS.filter(
    ({ match, when }) => !LISTED_OTHERWISE.includes(match[0]) && (when?.() ?? true),
  ).flatMap((action) =>
    distinctKeys(action).map(([key, shown]) => ({
      group: t('Actions'),
      words: action.keys.length > 1 ? `${t(action.words)}: ${shown}` : t(action.words),
      key: shown,
      run: () => action.run(new KeyboardEvent('keydown', { key })),
    })),
  );
}

/** What the listener matches, with what the list of keys shows for it; '=' is '+' without Shift. */
function distinctKeys({ keys, match }: KeyAction): [string, string][] {
  const wanted = match.filter((key) => key !== '=');
  return wanted.map((key, i) => [eventKey(key), keys[i] ?? key]);
}

/** Actions on several keys compare with `KeyboardEvent.key` as browsers write it. */
function eventKey(match: string): string {
  if (match.startsWith('arrow')) return `Arrow${match[5].toUpperCase()}${match.slice(6)}`;
  if (match.startsWith('page')) return `Page${match[4].toUpperCase()}${match.slice(5)}`;
  return match;
}

function fieldCommands(): Command[] {
  const { dataset } = useData.getState();
  if (!dataset) return [];
  const { variable, level } = useView.getState();
  const hasLevel = dataset.variables.find(({ name }) => name === variable)?.hasLevel;
  return [
    ...dataset.variables.map(({ name, units }) => ({
      group: t('Fields'),
      words: t(displayOf(name, units).label),
      run: () => showField(name, nearestLevel(dataset, name, level)),
    })),
    ...(hasLevel ? dataset.levels : []).map((pressure) => ({
      group: t('Levels'),
      words: `${pressure} hPa`,
      run: () => showField(variable, pressure),
    })),
    ...availableLayers().map((layer) => ({
      group: t('Layers'),
      words: layerName(layer),
      run: () => showLayer(layer),
    })),
  ];
}

function presetCommands(): Command[] {
  if (isRunOpen(useTraining.getState().phase) || useData.getState().checkpoint) return [];
  return Object.entries(PRESETS).map(([name, { description }]) => ({
    group: t('Presets'),
    words: `${name}: ${t(description)}`,
    run: () => {
      choosePreset(name);
      useView.setState({ room: 'train', sheetOpen: true });
    },
  }));
}

function openCommands(): Command[] {
  if (isBusy()) return [];
  const group = t('Open');
  return [
    { group, words: t('Data, checkpoint or statistics: choose files…'), run: () => chooseFiles(false) },
    { group, words: t('A folder of data…'), run: () => chooseFiles(true) },
    { group, words: t('Simulated planet'), run: () => void openPlanet() },
  ];
}

/** The system's file dialog, without a button of its own on the page. */
function chooseFiles(folder: boolean): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.toggleAttribute('webkitdirectory', folder);
  input.onchange = () => void openFiles([...(input.files ?? [])]);
  input.click();
}

function pageCommands(): Command[] {
  const group = t('Page');
  const undo = lastUndo();
  return [
    ...(undo ? [{ group, words: `${t('Undo')}: ${undo.text}`, key: 'Ctrl+Z', run: () => act(undo) }] : []),
    { group, words: t('Dark or light colours'), run: toggleTheme },
    { group, words: t('Keys'), key: '?', run: () => useView.setState({ keysOpen: true }) },
    ...Object.entries(LANGUAGES).map(([language, words]) => ({
      group,
      words,
      run: () => void chooseLanguage(language as Language).catch(reportError),
    })),
  ];
}
