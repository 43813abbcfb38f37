/** Work that is asked for again before it is done: one piece is under way, the latest waits, those between are left out. */
export class Lane {
  private isBusy = false;
  private waiting: (() => void) | null = null;
  private era = 0;
  private readonly onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  /** What came of a piece of work is used even when a later one waits: whoever steps quickly sees that it goes on. */
  run<T>(work: () => Promise<T>, use: (result: T) => void): void {
    const { era } = this;
    const start = () => {
      this.isBusy = true;
      work()
        .then((result) => {
          if (era === this.era) use(result);
        })
        .catch(this.onError)
        .finally(() => {
          this.isBusy = false;
          const next = this.waiting;
          this.waiting = null;
          next?.();
        });
    };
    if (this.isBusy) this.waiting = start;
    else start();
  }

  /** Nothing of what was asked for so far is used any more. */
  clear(): void {
    this.era++;
    this.waiting = null;
  }
}
