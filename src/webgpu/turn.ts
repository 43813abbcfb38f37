/** Lets one piece of work at a time use the device: an update of the training, or a whole forecast. */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after everything that asked before it, whether that succeeded or not. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
