/** A run's curves for the screen: never more points than a chart can show, however long the run. */

export interface Curves {
  update: number[];
  loss: number[];
  gradientNorm: number[];
  /** Only updates that are multiples of this are kept. */
  stride: number;
}

const MOST_POINTS = 4000;

export function emptyCurves(): Curves {
  return { update: [], loss: [], gradientNorm: [], stride: 1 };
}

/** Adds a point; when there are too many, every second one goes. Grows in place, thins into a new object. */
export function addPoint(curves: Curves, update: number, loss: number, gradientNorm: number): Curves {
  // The first update is where every curve begins.
  if (update !== 1 && update % curves.stride !== 0) return curves;
  curves.update.push(update);
  curves.loss.push(loss);
  curves.gradientNorm.push(gradientNorm);
  if (curves.update.length <= MOST_POINTS) return curves;
  const stride = curves.stride * 2;
  return { ...keep(curves, (at) => at === 1 || at % stride === 0), stride };
}

/** The curves up to and including an update: what a lost device left of a run. */
export function curvesUntil(curves: Curves, update: number): Curves {
  return keep(curves, (at) => at <= update);
}

function keep(curves: Curves, wanted: (update: number) => boolean): Curves {
  const at = curves.update.map(wanted);
  return {
    update: curves.update.filter((_, i) => at[i]),
    loss: curves.loss.filter((_, i) => at[i]),
    gradientNorm: curves.gradientNorm.filter((_, i) => at[i]),
    stride: curves.stride,
  };
}
