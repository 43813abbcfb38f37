import './panels.css';
import './train.css';
import { PRESETS } from '../../graphcast/config';
import { checkpointTitle, useData } from '../state/data';
import { changeSetting, choosePreset, isRunOpen, useTraining } from '../state/training';
import { latentSizes } from '../state/usual_settings';
import { t } from '../words/words';
import { DataSection } from './data_section';
import { PlanetSection } from './planet_section';
import { RangeInput, SelectInput, Setting } from './setting';
import { TrainActions } from './train_actions';
import { ResumeOffer } from './train_resume';
import { FreezeSetting, TaskSetting } from './train_rules';
import { ScheduleSection } from './train_settings';
import { ValidationSection } from './train_validation';
import { LossWeightsSection } from './train_weights';
import { meshNodes } from './welcome';

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
        <LossWeightsSection />
        <ValidationSection />
      </div>
      <TrainActions />
    </>
  );
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

  return (
    <section className="section">
      <h2>{t('Network')}</h2>
      {checkpoint && (
        <Setting
          wide
          id="start"
          label={t('Start from')}
          why={t('New weights, or the open checkpoint, whose sizes the run then has.')}
        >
          <SelectInput
            id="start"
            value={settings.fresh ? 'fresh' : 'checkpoint'}
            choices={[
              { value: 'fresh', label: t('New weights') },
              { value: 'checkpoint', label: checkpointTitle(checkpoint) },
            ]}
            disabled={open}
            onChange={(value) => changeSetting('fresh', value === 'fresh')}
          />
        </Setting>
      )}
      <TaskSetting start={start} />
      {start === null && (
        <Setting
          wide
          id="preset"
          label={t('Preset')}
          why={t('{description}.', { description: t(PRESETS[settings.preset].description) })}
        >
          <SelectInput
            id="preset"
            value={settings.preset}
            choices={Object.keys(PRESETS).map((name) => ({ value: name, label: name }))}
            disabled={fixed}
            onChange={choosePreset}
          />
        </Setting>
      )}
      <Setting
        id="latent-size"
        label={t('Latent size')}
        why={t('Width of every hidden vector; 512 in GraphCast.')}
      >
        <SelectInput
          id="latent-size"
          value={latentSize}
          choices={latentSizes(latentSize).map((size) => ({ value: size, label: String(size) }))}
          disabled={fixed}
          onChange={(value) => changeSetting('latentSize', value)}
        />
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
      <FreezeSetting />
    </section>
  );
}
