import { useShownField } from '../state/shown_field';
import { moveDivider, useView } from '../state/view';
import { t } from '../words/words';
import { layerName } from './layer_words';

const STEP = 0.02;

/** The names of the two layers that are compared, and on one globe the handle between them. */
export function Divider() {
  const compare = useView((view) => view.compare);
  const layer = useShownField((shown) => shown.layer);
  const other = useShownField((shown) => shown.other);
  if (!compare || !other) return null;
  const names = [layerName(layer), layerName(other.layer)];
  if (compare.divider === null) {
    return (
      <div className="two-globes" aria-hidden="true">
        {names.map((name, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two places, and both layers may have one name
          <span key={i}>{name}</span>
        ))}
      </div>
    );
  }
  const { divider } = compare;
  const drag = (event: React.PointerEvent<HTMLDivElement>) => {
    const stage = event.currentTarget.parentElement!.getBoundingClientRect();
    if (event.currentTarget.hasPointerCapture(event.pointerId))
      moveDivider((event.clientX - stage.left) / stage.width);
  };
  return (
    <div
      className="divider"
      role="slider"
      tabIndex={0}
      aria-label={t('Divider between {left} and {right}', { left: names[0], right: names[1] })}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * divider)}
      aria-valuetext={`${Math.round(100 * divider)} %`}
      style={{ left: `${100 * divider}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 }[event.key];
        if (step === undefined || event.shiftKey) return;
        // Plain arrows would also move time.
        event.stopPropagation();
        event.preventDefault();
        moveDivider(divider + step);
      }}
    >
      <span className="first">{names[0]}</span>
      <span className="second">{names[1]}</span>
    </div>
  );
}
