import type { Window, WindowReader } from '../weather/windows';
import type { WindowSequence } from './window_sequence';

/** Memory that windows read ahead may take; one is read ahead even if it is larger. */
const AHEAD_BYTES = 256 * 2 ** 20;
/** Most windows read ahead: more would not come sooner. */
const MOST_AHEAD = 4;

/**
 * Hands out the windows of a sequence, and starts reading the next ones before they are asked for. As the sequence is
 * known in advance, nothing is read in vain and nothing depends on how fast reading goes.
 */
export class WindowQueue {
  private readonly sequence: WindowSequence;
  private readonly reader: WindowReader;
  private readonly end: number;
  /** Windows under way or waiting, by draw. */
  private readonly coming = new Map<number, Promise<Window>>();

  /** @param end the first draw that nobody will ask for */
  constructor(sequence: WindowSequence, reader: WindowReader, end: number) {
    this.sequence = sequence;
    this.reader = reader;
    this.end = end;
  }

  /**
   * The window of a draw; draws are asked for in ascending order, except that a run may be put back.
   *
   * @throws DatasetError when it cannot be read or holds a NaN; asked for again, it is read again
   */
  async take(draw: number): Promise<Window> {
    for (const earlier of this.coming.keys()) if (earlier < draw) this.coming.delete(earlier);
    const window = this.start(draw);
    const { arSteps } = this.sequence.at(draw);
    const ahead = Math.min(
      MOST_AHEAD,
      Math.max(1, Math.floor(AHEAD_BYTES / this.reader.windowBytes(arSteps))),
    );
    for (let next = draw + 1; next <= draw + ahead && next < this.end; next++) this.start(next);
    this.coming.delete(draw);
    return window;
  }

  private start(draw: number): Promise<Window> {
    let window = this.coming.get(draw);
    if (!window) {
      const { firstFrame, arSteps } = this.sequence.at(draw);
      window = this.reader.read(firstFrame, arSteps);
      window.catch(() => undefined); // whoever takes it sees the error
      this.coming.set(draw, window);
    }
    return window;
  }
}
