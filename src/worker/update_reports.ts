/** Hands a run's updates on a few at a time: a fast GPU does hundreds a second. */
import type { UpdateReport } from './protocol';

/** Shortest time between two messages, ms. */
const REPORT_MILLISECONDS = 60;

export class UpdateReports {
  private readonly post: (reports: UpdateReport[]) => void;
  private waiting: UpdateReport[] = [];
  private postedAt = 0;

  constructor(post: (reports: UpdateReport[]) => void) {
    this.post = post;
  }

  add(report: UpdateReport): void {
    this.waiting.push(report);
    if (performance.now() - this.postedAt > REPORT_MILLISECONDS) this.flush();
  }

  /** Before anything else is said of the run. */
  flush(): void {
    if (this.waiting.length === 0) return;
    this.post(this.waiting);
    this.waiting = [];
    this.postedAt = performance.now();
  }
}
