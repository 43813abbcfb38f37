// `npm test`: types and lint, then the tests in Node and in the browser, then one line with the total. All of them
// run even when an earlier one fails, so that one run tells everything.
import { spawnSync } from 'node:child_process';
import { forgetCounts, inWords, noCounts, readCounts } from './test_counts.mjs';

forgetCounts();
const problems = [];
for (const step of ['check', 'unit', 'kernels:chromium', 'e2e']) {
  const { status } = spawnSync(`npm run ${step}`, { stdio: 'inherit', shell: true });
  if (status !== 0) problems.push(`\`npm run ${step}\` failed`);
}

const counts = readCounts();
const total = noCounts();
console.log();
for (const group of ['kernel tests', 'kernel tests in Chromium', 'unit tests', 'end-to-end tests']) {
  const { passed, failed, skipped } = counts[group] ?? noCounts();
  console.log(`${group}: ${inWords({ passed, failed, skipped })}`);
  if (passed === 0) problems.push(`no ${group} passed`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
for (const problem of problems) console.log(problem);
console.log(inWords(total));
if (problems.length > 0) process.exitCode = 1;
