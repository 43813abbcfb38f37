/** A duration for people: 42 s, 3 min 05 s, 2 h 10 min. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/**
 * Progress on stderr: one line that is written over on a terminal, a line every few seconds elsewhere.
 */
export class Progress {
  private readonly start = performance.now();
  private readonly total: number;
  private readonly unit: string;
  private readonly before: number;
  private lastShown = Number.NEGATIVE_INFINITY;

  /**
   * @param unit what is counted, in the plural: 'updates', 'steps', 'frames'
   * @param before how many were done by an earlier process
   */
  constructor(total: number, unit: string, before = 0) {
    this.total = total;
    this.unit = unit;
    this.before = before;
  }

  /** A line of its own, above the progress. */
  note(text: string): void {
    process.stderr.write(process.stderr.isTTY === true ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }

  show(done: number, extra = ''): void {
    const now = performance.now();
    const isTerminal = process.stderr.isTTY === true;
    if (done < this.total && now - this.lastShown < (isTerminal ? 100 : 5000)) return;
    this.lastShown = now;
    const seconds = (now - this.start) / 1000;
    const rate = (done - this.before) / seconds;
    const left =
      done < this.total
        ? `${formatSeconds((this.total - done) / rate)} left`
        : `took ${formatSeconds(seconds)}`;
    const line = `${done} / ${this.total} ${this.unit} · ${rate.toPrecision(3)} ${this.unit}/s · ${left}${extra && ` · ${extra}`}`;
    process.stderr.write(isTerminal ? `\r\x1b[2K${line}` : `${line}\n`);
    if (done >= this.total && isTerminal) process.stderr.write('\n');
  }
}
