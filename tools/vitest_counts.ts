import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { type Counts, noCounts, reportCounts } from './test_counts.mjs';

/**
 * Counts kernel tests (`shaders/`, in Node or in a page) and unit tests apart, and fails the run when a test was
 * skipped or none ran.
 */
export default class VitestCounts implements Reporter {
  private namesAreFiltered = false;
  private inBrowser = false;

  onInit(vitest: Vitest): void {
    this.namesAreFiltered = vitest.config.testNamePattern !== undefined;
    this.inBrowser = vitest.config.browser.enabled;
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const groups: Record<string, Counts> = {};
    for (const module of modules) {
      const group = this.groupOf(module);
      groups[group] ??= noCounts();
      addModule(groups[group], module);
    }
    const good = reportCounts(this.inBrowser ? 'vitestInChromium' : 'vitest', groups);
    // With `-t` every test of another name is skipped, on request.
    if (!good && !this.namesAreFiltered) process.exitCode = 1;
  }

  private groupOf(module: TestModule): string {
    if (!module.relativeModuleId.startsWith('shaders/')) return 'unit tests';
    return this.inBrowser ? 'kernel tests in Chromium' : 'kernel tests';
  }
}

function addModule(counts: Counts, module: TestModule): void {
  const before = counts.failed;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A test that is still pending at the end never finished: its process died.
    counts[state === 'pending' ? 'failed' : state]++;
  }
  // A file that cannot be loaded, or a hook that throws, fails without a failed test.
  if (module.state() === 'failed' && counts.failed === before) counts.failed++;
}
