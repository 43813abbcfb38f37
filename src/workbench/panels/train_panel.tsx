import './panels.css';
import './train.css';
import { PRESETS } from '../../graphcast/config';
import { TASKS, type Task } from '../../weather/task';
import type { DatasetSummary, TrainingSettings } from '../../worker/protocol';
import { checkpointTitle, useData } from '../state/data';
import { changeSetting, choosePreset, isRunOpen, useTraining } from '../state/training';
import { t } from '../words/words';
import { DataSection } from './data_section';
import { PlanetSection } from './planet_section';
import { RangeInput, Setting } from './setting';
import { TrainActions } from './train_actions';
import { ResumeOffer } from './train_resume';
import { ScheduleSection } from './train_settings';
import { ValidationSection } from './train_validation';
import { meshNodes } from './welcome';

const LATENT_SIZES = [16, 32, 48, 64, 128, 256, 512];

/** The Train room's controls, in the order in which a run is made of them. */
export function TrainPanel() {
  return (
    <>
      <div className="panel">
        <ResumeOffer />
        <DataSection />
        <PlanetSection />
        <NetworkSection />
        <ScheduleSection />
        <ValidationSection />
      </div>
      <TrainActions />
    </>
  );
}

const TASK_WORDS: Record<keyof typeof TASKS, string> = {
  TASK: '37 levels, as GraphCast',
  TASK_13: '13 levels, as GraphCast_small',
  TASK_13_PRECIP_OUT: '13 levels, no rain read, as GraphCast_operational',
};

/** What a new network reads and predicts. */
function ReleasedTaskSetting({ fixed }: { fixed: boolean }) {
  const task = useTraining(({ settings }) => settings.releasedTask ?? 'none');
  const dataset = useData((data) => data.dataset);
  return (
    <Setting
      wide
      id="released-task"
      label={t('Task')}
      why={t('The fields that are read and predicted; a released model’s where the data hold all of them.')}
    >
      <select
        id="released-task"
        aria-describedby="released-task-why"
        value={task}
        disabled={fixed}
        onChange={({ target }) =>
          changeSetting('releasedTask', target.value as TrainingSettings['releasedTask'])
        }
      >
        <option value="none">{t('All that the data hold')}</option>
        {(Object.keys(TASK_WORDS) as (keyof typeof TASKS)[]).map((name) => (
          <option key={name} value={name} disabled={!dataset || !holds(dataset, TASKS[name])}>
            {t(TASK_WORDS[name])}
          </option>
        ))}
      </select>
    </Setting>
  );
}

function holds({ variables, levels }: DatasetSummary, task: Task): boolean {
  const { inputVariables, targetVariables, forcingVariables, pressureLevels } = task;
  const names = [...inputVariables, ...targetVariables].filter((name) => !forcingVariables.includes(name));
  const has = (wanted: string) => variables.some(({ name }) => name === wanted);
  return names.every(has) && pressureLevels.every((level) => levels.includes(level));
}

function NetworkSection() {
  const { settings, phase } = useTraining();
  const checkpoint = useData((data) => data.checkpoint);
  const open = isRunOpen(phase);
  const start = settings.fresh || open ? null : checkpoint;
  const fixed = open || start !== null;
  const { latentSize, meshSize, messageSteps } = start
    ? {
        latentSize: start.model.latent_size,
        meshSize: start.model.mesh_size,
        messageSteps: start.model.gnn_msg_steps,
      }
    : settings;
  const sizes = LATENT_SIZES.includes(latentSize)
    ? LATENT_SIZES
    : [...LATENT_SIZES, latentSize].sort((a, b) => a - b);

  return (
    <section className="section">
      <h2>{t('Network')}</h2>
      {checkpoint && (
        <Setting
          wide
          id="start"
          label={t('Start from')}
          why={t('New weights, or the open checkpoint, whose sizes and variables the run then has.')}
        >
          <select
            id="start"
            aria-describedby="start-why"
            value={settings.fresh ? 'fresh' : 'checkpoint'}
            disabled={open}
            onChange={({ target }) => changeSetting('fresh', target.value === 'fresh')}
          >
            <option value="fresh">{t('New weights')}</option>
            <option value="checkpoint">{checkpointTitle(checkpoint)}</option>
          </select>
        </Setting>
      )}
      {start === null && <ReleasedTaskSetting fixed={fixed} />}
      {start === null && (
        <div className="setting wide">
          <label htmlFor="preset">{t('Preset')}</label>
          <select
            id="preset"
            value={settings.preset}
            disabled={fixed}
            onChange={({ target }) => choosePreset(target.value)}
          >
            {Object.keys(PRESETS).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <p className="why">
            {t('{description}.', { description: t(PRESETS[settings.preset].description) })}
          </p>
        </div>
      )}
      <Setting
        id="latent-size"
        label={t('Latent size')}
        why={t('Width of every hidden vector; 512 in GraphCast.')}
      >
        <select
          id="latent-size"
          value={latentSize}
          disabled={fixed}
          onChange={({ target }) => changeSetting('latentSize', Number(target.value))}
        >
          {sizes.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </Setting>
      <Setting
        id="mesh-size"
        label={t('Mesh refinements')}
        why={t('Times the icosahedron’s edges are halved, here to {nodes} nodes; 6 in GraphCast.', {
          nodes: meshNodes(meshSize).toLocaleString('en'),
        })}
      >
        <RangeInput
          id="mesh-size"
          value={meshSize}
          least={0}
          most={6}
          disabled={fixed}
          onChange={(value) => changeSetting('meshSize', value)}
        />
      </Setting>
      <Setting
        id="message-steps"
        label={t('Message-passing steps')}
        why={t('Rounds of messages along the multi-mesh’s edges; 16 in GraphCast.')}
      >
        <RangeInput
          id="message-steps"
          value={messageSteps}
          least={1}
          most={16}
          disabled={fixed}
          onChange={(value) => changeSetting('messageSteps', value)}
        />
      </Setting>
    </section>
  );
}
