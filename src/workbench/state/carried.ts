/** A checkpoint that is taken to other variables or levels than its own: what is carried over onto them. */
import { type CarriedChannels, type CarriedTask, carriedTask, isSameTask } from '../../graphcast/carry_over';
import type { Channel } from '../../weather/channels';
import { TASKS, type Task } from '../../weather/task';
import type { CheckpointSummary, DatasetSummary, TaskChoice } from '../../worker/protocol';
import { displayOf } from '../units';
import { t } from '../words/words';

/** Null where a checkpoint keeps its channels, or the data have none to learn. */
export function carriedTo(
  checkpoint: CheckpointSummary,
  choice: TaskChoice = 'own',
  dataset: DatasetSummary | null,
): CarriedTask | null {
  if (choice === 'own' || !dataset?.task) return null;
  const carried = carriedTask(checkpoint.task, trainedTask(checkpoint, choice, dataset)!);
  return isSameTask(carried) ? null : carried;
}

/**
 * What a run would read and predict; null where the data have nothing to learn.
 * @param start the checkpoint that it starts from; null for a new network
 */
export function trainedTask(
  start: CheckpointSummary | null,
  choice: TaskChoice = 'own',
  dataset: DatasetSummary | null,
): Task | null {
  if (start && choice === 'own') return start.task;
  return choice === 'own' || choice === 'data' ? (dataset?.task ?? null) : TASKS[choice];
}

/** How many channels come from the checkpoint. */
export function carriedCounts({ inputs, outputs }: CarriedTask): string {
  return t('{inputs} of {allInputs} inputs and {outputs} of {allOutputs} outputs are carried over', {
    ...{ inputs: inputs.carried, allInputs: inputs.total },
    ...{ outputs: outputs.carried, allOutputs: outputs.total },
  });
}

/** Which of the data's channels are new to the checkpoint, and which of its own they do without. */
export function changedChannels({ inputs, outputs }: CarriedTask): string {
  const [atInput, atOutput] = [inputs, outputs].map(changes);
  if (atInput === atOutput) return atInput;
  return t('Inputs: {inputs} Outputs: {outputs}', { inputs: atInput, outputs: atOutput });
}

function changes({ added, dropped }: CarriedChannels): string {
  return t('New: {added}. Dropped: {dropped}.', { added: listed(added), dropped: listed(dropped) });
}

/** Variables by the levels that they have in common: 'Temperature, Geopotential height (50, 100 hPa); 2 m temperature'. */
function listed(channels: Channel[]): string {
  const levels = new Map<string, Set<number>>();
  for (const { variable, level } of channels) {
    const known = levels.get(variable) ?? new Set();
    levels.set(variable, level === null ? known : known.add(level));
  }
  const alike = new Map<string, string[]>();
  for (const [variable, at] of levels) {
    const where = at.size > 0 ? ` (${[...at].join(', ')} hPa)` : '';
    alike.set(where, [...(alike.get(where) ?? []), t(displayOf(variable).label)]);
  }
  return [...alike].map(([where, names]) => names.join(', ') + where).join('; ') || t('none');
}
