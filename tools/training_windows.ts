/**
 * Prints the windows that a run draws, for another program to train on the same ones: a line of JSON per update with
 * its autoregressive steps and the times of its windows' first frames, s since 1970-01-01 UTC.
 *
 *   npx vite build --mode cli --ssr tools/training_windows.ts --outDir dist/tools
 *   node dist/tools/training_windows.js --data D --run RUN/ > windows.jsonl
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { completeRunConfig, DEFAULT_PRESET, parseRunConfig, presetModel } from '../src/training/run_config';
import { totalUpdates } from '../src/training/schedule';
import { WindowSequence } from '../src/training/window_sequence';
import { openDataset } from '../src/weather/dataset';
import { taskFromDataset } from '../src/weather/task';

const { values: options } = parseArgs({ options: { data: { type: 'string' }, run: { type: 'string' } } });
const dataset = await openDataset(options.data!);
const path = join(options.run!, 'config.json');
const config = completeRunConfig(parseRunConfig(readFileSync(path, 'utf8'), path), {
  task: taskFromDataset(dataset),
  model: presetModel(DEFAULT_PRESET),
  updates: 1,
});
const sequence = new WindowSequence(dataset, config);
for (let update = 0; update < totalUpdates(config.phases); update++) {
  const [first, end] = [sequence.drawsBefore(update), sequence.drawsBefore(update + 1)];
  const windows = Array.from({ length: end - first }, (_, i) => sequence.at(first + i));
  const times = windows.map(({ firstFrame }) => dataset.times[firstFrame]);
  console.log(JSON.stringify({ ar_steps: windows[0].arSteps, first_times: times }));
}
dataset.close();
