/** What a run does beyond its schedule: a checkpoint's variables, parts that stay, a moving average, bad updates. */
import { frozenWithNew } from '../../graphcast/carry_over';
import { PARTS, type Part } from '../../graphcast/parameters';
import { BAD_UPDATE_POLICIES, type BadUpdatePolicy } from '../../training/bad_update_policy';
import { TASK_NAMES, type TaskName } from '../../weather/task';
import type { CheckpointSummary, TaskChoice } from '../../worker/protocol';
import { carriedCounts, carriedTo, changedChannels } from '../state/carried';
import { useData } from '../state/data';
import { changeSetting, isRunOpen, useTraining } from '../state/training';
import { t } from '../words/words';
import { SelectInput, Setting } from './setting';

/** Decays whose average reaches back about 100, 1,000 and 10,000 updates. */
const DECAYS = [0.99, 0.999, 0.9999];

const POLICIES: Record<BadUpdatePolicy, { label: string; text: string }> = {
  stop: {
    label: 'stop',
    text: 'A loss or gradient that is not finite stops the run, at its last checkpoint.',
  },
  skip: {
    label: 'skip the batch',
    text: 'A batch whose loss or gradient is not finite changes nothing; ten in a row stop the run.',
  },
  roll_back: {
    label: 'roll back',
    text: 'A loss or gradient that is not finite puts the run back to its last checkpoint, and halves the learning rate.',
  },
};

const RELEASED: Record<TaskName, string> = {
  TASK: '37 levels, as GraphCast',
  TASK_13: '13 levels, as GraphCast_small',
  TASK_13_PRECIP_OUT: '13 levels, no rain read, as GraphCast_operational',
};

/**
 * What the network reads and predicts.
 * @param start the checkpoint that a run starts from; null for a new network
 */
export function TaskSetting({ start }: { start: CheckpointSummary | null }) {
  const { settings, phase } = useTraining();
  const dataset = useData((data) => data.dataset);
  const { task = 'own', freeze = [] } = settings;
  const carried = start && carriedTo(start, task, dataset);
  return (
    <Setting
      wide
      id="task"
      label={t('Task')}
      why={
        carried
          ? [t('{counts}.', { counts: carriedCounts(carried) }), changedChannels(carried)]
              .concat(frozenWithNew(carried, freeze).map(frozenWords))
              .join(' ')
          : t('The fields that are read and predicted; a released model’s where the data hold all of them.')
      }
    >
      <SelectInput<TaskChoice>
        id="task"
        value={start || task !== 'data' ? task : 'own'}
        choices={[
          { value: 'own', label: start ? t('the checkpoint’s') : t('all that the data hold') },
          ...(start ? [{ value: 'data' as const, label: t('all that the data hold') }] : []),
          ...TASK_NAMES.map((name) => ({
            value: name,
            label: t(RELEASED[name]),
            isOffered: dataset?.releasedTasks.includes(name) ?? false,
          })),
        ]}
        disabled={isRunOpen(phase)}
        onChange={(value) => changeSetting('task', value)}
      />
    </Setting>
  );
}

function frozenWords(part: Part): string {
  return t('The {part} is frozen: its new channels stay as they begin.', { part: t(part) });
}

/** Every choice but all parts, with which nothing could be learnt. */
const FREEZABLE: Part[][] = [
  [],
  ...PARTS.map((part) => [part]),
  ...PARTS.map((part) => PARTS.filter((other) => other !== part)),
];

export function FreezeSetting() {
  const { settings, phase } = useTraining();
  return (
    <Setting
      id="freeze"
      label={t('Frozen parts')}
      why={t('Parts that keep their weights while the others learn, for fine-tuning; none in GraphCast.')}
    >
      <SelectInput
        id="freeze"
        value={(settings.freeze ?? []).join()}
        choices={FREEZABLE.map((parts) => ({
          value: parts.join(),
          label: parts.map((part) => t(part)).join(', ') || t('none'),
        }))}
        disabled={isRunOpen(phase)}
        onChange={(value) =>
          changeSetting(
            'freeze',
            FREEZABLE.find((parts) => parts.join() === value),
          )
        }
      />
    </Setting>
  );
}

export function AverageSetting() {
  const { settings, phase } = useTraining();
  const { averageDecay } = settings;
  const decays =
    averageDecay === undefined || DECAYS.includes(averageDecay) ? DECAYS : [...DECAYS, averageDecay].sort();
  return (
    <Setting
      id="average"
      label={t('Moving average')}
      why={t(
        'Decay per update of an average of the weights, which an exported run has as checkpoint_average.npz.',
      )}
    >
      <SelectInput
        id="average"
        value={averageDecay ?? 0}
        choices={[
          { value: 0, label: t('none') },
          ...decays.map((decay) => ({ value: decay, label: String(decay) })),
        ]}
        disabled={isRunOpen(phase)}
        onChange={(value) => changeSetting('averageDecay', value || undefined)}
      />
    </Setting>
  );
}

export function BadUpdateSetting() {
  const { settings, phase } = useTraining();
  const policy = settings.onBadUpdate ?? 'stop';
  return (
    <Setting id="bad-update" label={t('Bad update')} why={t(POLICIES[policy].text)}>
      <SelectInput
        id="bad-update"
        value={policy}
        choices={BAD_UPDATE_POLICIES.map((name) => ({ value: name, label: t(POLICIES[name].label) }))}
        disabled={isRunOpen(phase)}
        onChange={(value) => changeSetting('onBadUpdate', value)}
      />
    </Setting>
  );
}
