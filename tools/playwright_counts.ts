import type { FullConfig, FullResult, Reporter, Suite } from '@playwright/test/reporter';
import { noCounts, reportCounts } from './test_counts.mjs';

/** Counts the end-to-end tests, and fails the run when a test was skipped or none ran. */
export default class PlaywrightCounts implements Reporter {
  private tests: Suite | undefined;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.tests = suite;
  }

  async onEnd(result: FullResult): Promise<{ status: FullResult['status'] }> {
    const counts = noCounts();
    for (const test of this.tests?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === 'expected' || outcome === 'flaky') counts.passed++;
      // A test without a result was never started: the run was cut short.
      else if (outcome === 'skipped' && test.results.length > 0) counts.skipped++;
      else counts.failed++;
    }
    const good = reportCounts('playwright', { 'end-to-end tests': counts });
    for (const test of this.tests?.allTests() ?? []) {
      if (test.outcome() === 'flaky') console.log(`passed only when tried again: ${test.title}`);
    }
    return { status: result.status === 'passed' && !good ? 'failed' : result.status };
  }

  /** False keeps Playwright's own list on the terminal. */
  printsToStdio(): boolean {
    return false;
  }
}
