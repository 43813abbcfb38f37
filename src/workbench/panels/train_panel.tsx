import './panels.css';
import './train.css';
import { PRESETS } from '../../graphcast/config';
import { checkpointTitle, useData } from '../state/data';
import { changeSetting, choosePreset, isRunOpen, useTraining } from '../state/training';
import { t } from '../words/words';
import { DataSection } from './data_section';
import { PlanetSection } from './planet_section';
import { RangeInput, Setting } from './setting';
import { TrainActions } from './train_actions';
import { ResumeOffer } from './train_resume';
import { FreezeSetting, TaskSetting } from './train_rules';
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
          why={t('New weights, or the open checkpoint, whose sizes the run then has.')}
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
      <TaskSetting start={start} />
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
      <FreezeSetting />
    </section>
  );
}
