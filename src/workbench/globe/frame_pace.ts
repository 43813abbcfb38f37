/** How much to draw, by how long frames take: halved while they are slow, doubled while they are quick. */

const SLOW_MILLISECONDS = 34;
const QUICK_MILLISECONDS = 18;
/** Between two decisions: so many frames, or so many ms where they are slow. */
const FRAMES = 24;
const MILLISECONDS = 3000;
/** A single longer gap is no slow frame but a hidden page, or a pause. */
const LONGEST_FRAME = 1000;

export class FramePace {
  amount: number;
  private readonly least: number;
  private most: number;
  private readonly limit: number;
  private frames = 0;
  private milliseconds = 0;
  private wasLong = false;

  /** @param least, most amounts, powers of two apart */
  constructor(least: number, most: number) {
    this.least = least / 4;
    this.most = most;
    this.limit = most;
    this.amount = most;
  }

  /** Begins anew with an amount. */
  start(amount: number): void {
    this.amount = amount;
    this.most = this.limit;
    this.frames = 0;
    this.milliseconds = 0;
  }

  /** A frame came so many milliseconds after the one before. */
  took(milliseconds: number): void {
    const { wasLong } = this;
    this.wasLong = milliseconds > LONGEST_FRAME;
    if (this.wasLong && !wasLong) return;
    this.frames++;
    this.milliseconds += milliseconds;
    if (this.frames < FRAMES && this.milliseconds < MILLISECONDS) return;
    const mean = this.milliseconds / this.frames;
    this.frames = 0;
    this.milliseconds = 0;
    if (mean > SLOW_MILLISECONDS && this.amount > this.least) {
      // What was too much once is not tried again.
      this.amount /= 2;
      this.most = this.amount;
    } else if (mean < QUICK_MILLISECONDS && this.amount < this.most) {
      this.amount *= 2;
    }
  }
}
