/** Keeps the address and the page the same: a link reopens what is seen, back and forward walk through it. */
import { decodePlace, encodePlace } from '../location_hash';
import { fittedView, useData } from './data';
import { linkedRoomsParts, onLinkedRooms, takeLinkedRooms } from './linked_rooms';
import { linkedSettingsParts, takeLinkedSettings } from './linked_settings';
import { useTraining } from './training';
import { useView, type View } from './view';

const SETTLE_MILLISECONDS = 400;

/** Reads view and settings from the address, and from now on writes them there. */
export function followAddress(): void {
  useView.setState(decodePlace(location.hash));
  takeLinkedSettings(location.hash);
  takeLinkedRooms(location.hash);
  /** Back and forward choose nothing new: they must not add to the history. */
  let walking = false;
  window.addEventListener('popstate', () => {
    const { dataset } = useData.getState();
    const { hash } = location;
    const place = decodePlace(hash);
    walking = true;
    takeLinkedSettings(hash);
    useView.setState(dataset ? { ...place, ...fittedView(dataset, place) } : place);
    takeLinkedRooms(hash);
    walking = false;
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What waits to be written is a step to come back from. */
  let isStep = false;
  const write = () => {
    clearTimeout(timer);
    const hash = currentHash();
    const target = hash || location.pathname + location.search;
    if (hash !== location.hash) history[isStep ? 'pushState' : 'replaceState'](null, '', target);
    isStep = false;
  };
  const writeSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(write, SETTLE_MILLISECONDS);
  };

  useView.subscribe((view, before) => {
    if (walking || before.initialTime === null || !isChoice(view, before)) {
      // Frames that come meanwhile do not put a step off.
      if (!isStep) writeSoon();
      return;
    }
    isStep = true;
    write();
  });
  // A slider that is dragged is one step, not many.
  useTraining.subscribe(({ settings }, before) => {
    if (settings === before.settings) return;
    const { dataset, opening } = useData.getState();
    isStep ||= !walking && dataset !== null && opening === null;
    writeSoon();
  });
  onLinkedRooms((isChoice) => {
    if (walking) return;
    isStep ||= isChoice && useView.getState().initialTime !== null;
    writeSoon();
  });
  useData.subscribe(writeSoon);
}

function currentHash(): string {
  const place = encodePlace(useView.getState()).slice(1);
  const parts = [place, ...linkedRoomsParts(), ...linkedSettingsParts()].filter(Boolean);
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

/** A choice is a step to come back from; turning the globe or running through time is not. */
function isChoice(view: View, before: View): boolean {
  return (
    view.room !== before.room ||
    view.variable !== before.variable ||
    view.level !== before.level ||
    view.layer !== before.layer ||
    view.compare?.layer !== before.compare?.layer ||
    (view.compare?.divider === null) !== (before.compare?.divider === null) ||
    view.projection !== before.projection ||
    view.overlays !== before.overlays ||
    view.meshLevels !== before.meshLevels ||
    view.rangeKind !== before.rangeKind ||
    view.units !== before.units ||
    view.pick !== before.pick ||
    view.lesson !== before.lesson
  );
}
