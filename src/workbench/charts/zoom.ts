/** The part of a chart's x axis that is shown. */
export type Range = [least: number, most: number];

/** Each key press shows this much of what was shown, or moves by as much of it. */
const ZOOM = 0.5;
const STEP = 0.25;

/**
 * What a key makes of the part that is shown: + and − zoom around its middle, arrows move it, 0 shows all.
 *
 * @param zoom what is shown; null for all
 * @param all of the data
 * @returns null for all; undefined for a key without a meaning here
 */
export function zoomedByKey(zoom: Range | null, all: Range, key: string): Range | null | undefined {
  const [least, most] = zoom ?? all;
  const width = most - least;
  const around = (share: number): Range => {
    const [middle, half] = [(least + most) / 2, (width * share) / 2];
    return [middle - half, middle + half];
  };
  if (key === '0') return null;
  if (key === '+' || key === '=') return clamped(around(ZOOM), all);
  if (key === '-' || key === '−') return clamped(around(1 / ZOOM), all);
  if (key === 'ArrowLeft') return clamped([least - STEP * width, most - STEP * width], all);
  if (key === 'ArrowRight') return clamped([least + STEP * width, most + STEP * width], all);
  return undefined;
}

/** Moved into the data; null when it holds them all. */
function clamped([from, to]: Range, [least, most]: Range): Range | null {
  const width = to - from;
  if (width >= most - least) return null;
  const start = Math.min(Math.max(from, least), most - width);
  return [start, start + width];
}
