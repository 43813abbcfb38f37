import './panels.css';
import { PRESETS } from '../../graphcast/config';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import {
  changeSetting,
  choosePreset,
  isRunOpen,
  pause,
  singleStep,
  stop,
  train,
  useTraining,
} from '../state/training';
import { DataSection } from './data_section';
import { PauseIcon, PlayIcon, StepIcon, StopIcon } from './icons';
import { PlanetSection } from './planet_section';
import { NumberInput, RangeInput, Setting } from './setting';
import { meshNodes } from './welcome';

const LATENT_SIZES = [16, 32, 48, 64, 128, 256, 512];

export function TrainPanel() {
  return (
    <>
      <div className="panel">
        <DataSection />
        <PlanetSection />
        <NetworkSection />
        <OptimiserSection />
      </div>
      <TrainActions />
    </>
  );
}

function NetworkSection() {
  const { settings, phase } = useTraining();
  const checkpoint = useData((data) => data.checkpoint);
  const fixed = isRunOpen(phase) || checkpoint !== null;
  const { latentSize, meshSize, messageSteps } = checkpoint
    ? {
        latentSize: checkpoint.model.latent_size,
        meshSize: checkpoint.model.mesh_size,
        messageSteps: checkpoint.model.gnn_msg_steps,
      }
    : settings;
  const sizes = LATENT_SIZES.includes(latentSize)
    ? LATENT_SIZES
    : [...LATENT_SIZES, latentSize].sort((a, b) => a - b);

  return (
    <section className="section">
      <h2>Network</h2>
      {checkpoint ? (
        <p className="empty-note">The checkpoint’s own sizes; training goes on from its parameters.</p>
      ) : (
        <div className="setting wide">
          <label htmlFor="preset">Preset</label>
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
          <p className="why">{PRESETS[settings.preset].description}.</p>
        </div>
      )}
      <Setting id="latent-size" label="Latent size" why="Width of every hidden vector; 512 in GraphCast.">
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
        label="Mesh refinements"
        why={`Times the icosahedron’s edges are halved, here to ${meshNodes(meshSize).toLocaleString('en')} nodes; 6 in GraphCast.`}
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
        label="Message-passing steps"
        why="Rounds of messages along the multi-mesh’s edges; 16 in GraphCast."
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

function OptimiserSection() {
  const { settings, phase } = useTraining();
  const fixed = isRunOpen(phase);
  return (
    <section className="section">
      <h2>Training</h2>
      <Setting
        id="learning-rate"
        label="Learning rate"
        why="AdamW’s step at its peak, after a warm-up and before a cosine decay to 0; 0.001 in GraphCast."
      >
        <NumberInput
          id="learning-rate"
          value={settings.learningRate}
          least={1e-7}
          most={0.1}
          step="any"
          disabled={fixed}
          onChange={(value) => changeSetting('learningRate', value)}
        />
      </Setting>
      <Setting
        id="updates"
        label="Updates"
        why="Optimiser steps, each on one window of 18 h drawn at random; 311,000 in GraphCast, on 32 windows each."
      >
        <NumberInput
          id="updates"
          value={settings.updates}
          least={1}
          most={1e6}
          disabled={fixed}
          onChange={(value) => changeSetting('updates', value)}
        />
      </Setting>
      <Setting
        id="seed"
        label="Seed"
        why="Whole number that fixes the first weights and the order of the windows."
      >
        <NumberInput
          id="seed"
          value={settings.seed}
          least={0}
          most={2 ** 31 - 1}
          disabled={fixed}
          onChange={(value) => changeSetting('seed', value)}
        />
      </Setting>
    </section>
  );
}

/** Train, single step, stop, with the run's progress. */
export function TrainActions() {
  const { phase, note, updates, total } = useTraining();
  const hasData = useData((data) => data.dataset !== null);
  const opening = useData((data) => data.opening);
  const device = useDevice((state) => state.status);
  const ready = hasData && opening === null && device === 'ready';
  const going = phase === 'running' || phase === 'preparing';

  return (
    <div className="actions-bar">
      <div className="main">
        {going ? (
          <button
            type="button"
            className="button primary"
            disabled={phase === 'preparing'}
            onClick={() => void pause()}
            title="T"
          >
            <PauseIcon />
            {phase === 'preparing' ? 'Preparing…' : 'Pause'}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!ready}
            onClick={() => void train()}
            title="T"
          >
            <PlayIcon />
            {phase === 'paused' ? 'Go on' : 'Train'}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={!ready || going}
          onClick={() => void singleStep()}
          title="Single update: S"
        >
          <StepIcon />
          Step
        </button>
        <button
          type="button"
          className="button icon"
          disabled={!isRunOpen(phase)}
          onClick={() => void stop()}
          aria-label="Stop"
          title="Stop: end this run"
        >
          <StopIcon />
        </button>
      </div>
      {isRunOpen(phase) && total > 0 && <progress aria-label="Updates" value={updates} max={total} />}
      <p className="why">{explanation(opening, hasData, device, phase, note)}</p>
    </div>
  );
}

function explanation(
  opening: string | null,
  hasData: boolean,
  device: string,
  phase: string,
  note: string,
): string {
  if (opening !== null) return `Opening ${opening}…`;
  if (!hasData) return 'Open a dataset first.';
  if (device === 'missing' || device === 'lost') return 'Training needs a WebGPU device.';
  if (phase === 'preparing') return `${note}…`;
  if (phase === 'finished') return 'The run has ended; its parameters stay for forecasts until the next run.';
  if (phase === 'paused') return 'Settings are fixed until this run is stopped.';
  return 'Everything runs on this machine.';
}
