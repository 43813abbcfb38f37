/** Sums from which an area-weighted root mean square error over many pairs of fields is made. */
export class SquaredError {
  private readonly area: Float32Array;
  private sum = 0;
  private pairs = 0;

  /** @param area weight of each grid node, mean 1 */
  constructor(area: Float32Array) {
    this.area = area;
  }

  /** Adds one pair of fields [grid nodes]. */
  add(a: ArrayLike<number>, b: ArrayLike<number>): void {
    let sum = 0;
    for (let g = 0; g < this.area.length; g++) sum += this.area[g] * (a[g] - b[g]) ** 2;
    this.sum += sum / this.area.length;
    this.pairs++;
  }

  /** Root of the mean over all pairs and grid nodes, in the fields' unit; NaN before the first pair. */
  get rmse(): number {
    return Math.sqrt(this.sum / this.pairs);
  }
}
