/** Keeps the address and the view the same: a link reopens the picture, back and forward walk through it. */
import { decodePlace, encodePlace } from '../location_hash';
import { fittedView, useData } from './data';
import { useView } from './view';

const SETTLE_MILLISECONDS = 400;

/** Reads the view from the address, and from now on writes it there. */
export function followAddress(): void {
  useView.setState(decodePlace(location.hash));
  /** Back and forward choose nothing new: they must not add to the history. */
  let walking = false;
  window.addEventListener('popstate', () => {
    const { dataset } = useData.getState();
    const place = decodePlace(location.hash);
    walking = true;
    useView.setState(dataset ? { ...place, ...fittedView(dataset, place) } : place);
    walking = false;
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  useView.subscribe((view, before) => {
    clearTimeout(timer);
    const hash = encodePlace(view);
    if (hash === location.hash) return;
    // A choice is a step to come back from; turning the globe or running through time is not.
    const chosen =
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
      view.lesson !== before.lesson;
    const target = hash || location.pathname + location.search;
    if (chosen && !walking && before.initialTime !== null) history.pushState(null, '', target);
    else timer = setTimeout(() => history.replaceState(null, '', target), SETTLE_MILLISECONDS);
  });
}
