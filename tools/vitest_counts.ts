import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { type Counts, noCounts, reportCounts } from './test_counts.mjs';

/** Counts kernel tests (`shaders/`) and unit tests apart, and fails the run when a test was skipped or none ran. */
export default class VitestCounts implements Reporter {
  private namesAreFiltered = false;

  onInit(vitest: Vitest): void {
    this.namesAreFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const groups: Record<string, Counts> = {};
    for (const module of modules) {
      const group = module.relativeModuleId.startsWith('shaders/') ? 'kernel tests' : 'unit tests';
      groups[group] ??= noCounts();
      addModule(groups[group], module);
    }
    const good = reportCounts('vitest', groups);
    // With `-t` every test of another name is skipped, on request.
    if (!good && !this.namesAreFiltered) process.exitCode = 1;
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
