/** What a lesson lets you change: settings, view and runs of the page itself. */
import type { CSSProperties } from 'react';
import { nearestLevel, useData } from '../state/data';
import { useForecasts } from '../state/forecast';
import { walkToNode } from '../state/lessons_graph';
import { useModel } from '../state/lessons_model';
import type { LessonControl } from '../state/lessons_script';
import { showStep, useNetwork } from '../state/network';
import { longestLead, STEP_HOURS } from '../state/timeline';
import { changeSetting, useTraining } from '../state/training';
import { latentSizes } from '../state/usual_settings';
import { showField, showLead, useView } from '../state/view';
import { displayOf, formatLead } from '../units';
import { t } from '../words/words';
import {
  FewUpdatesControl,
  ForecastControl,
  LearningRateControl,
  RolloutControl,
  TrainControl,
} from './learn_runs';
import { SizeControl } from './learn_sizes';
import { RangeInput, SelectInput, Setting } from './setting';
import { meshNodes } from './welcome';

export const LESSON_CONTROLS: Record<LessonControl, () => React.JSX.Element | null> = {
  forecast: ForecastControl,
  'forecast steps': ForecastStepsControl,
  input: InputControl,
  'latent size': LatentSizeControl,
  latitude: LatitudeControl,
  'lead time': LeadTimeControl,
  'learning rate': LearningRateControl,
  level: LevelControl,
  'mesh levels': MeshLevelsControl,
  'mesh size': MeshSizeControl,
  'message steps': MessageStepsControl,
  node: NodeControl,
  'processor step': ProcessorStepControl,
  rollout: RolloutControl,
  train: TrainControl,
  updates: FewUpdatesControl,
  variable: VariableControl,
};

/** Degrees between the slider's stops: each is a step to come back from. */
const LATITUDE_STEP = 5;

function LatitudeControl() {
  const pick = useView((view) => view.pick);
  const latitude = Math.round(pick?.latitude ?? 0);
  const move = (to: number) =>
    useView.setState(({ camera }) => {
      const longitude = pick?.longitude ?? camera.longitude;
      return { pick: { longitude, latitude: to }, camera: { ...camera, longitude, latitude: to } };
    });
  return (
    <Setting id="lesson-latitude" label={t('Latitude')} why={t('Degrees north, of the picked row.')}>
      <input
        id="lesson-latitude"
        type="range"
        aria-describedby="lesson-latitude-why"
        min={0}
        max={90}
        step={LATITUDE_STEP}
        value={latitude}
        aria-valuetext={`${latitude}° N`}
        style={{ '--filled': `${(latitude / 90) * 100}%` } as CSSProperties}
        onChange={({ target }) => move(Number(target.value))}
      />
      <output htmlFor="lesson-latitude">{latitude}°</output>
    </Setting>
  );
}

function MeshSizeControl() {
  const change = (size: number) => {
    changeSetting('meshSize', size);
    // A single level that is shown stays the finest.
    if (useView.getState().meshLevels?.length === 1) useView.setState({ meshLevels: [size] });
  };
  return (
    <SizeControl
      id="lesson-mesh-size"
      label={t('Mesh refinements')}
      why={t('M, the times that edges are halved; 6 in GraphCast.')}
      of={({ mesh_size }) => mesh_size}
      input={(value, disabled) => (
        <RangeInput
          id="lesson-mesh-size"
          value={value}
          least={0}
          most={6}
          disabled={disabled}
          onChange={change}
        />
      )}
    />
  );
}

function MessageStepsControl() {
  return (
    <SizeControl
      id="lesson-message-steps"
      label={t('Message-passing steps')}
      why={t('Of the processor; 16 in GraphCast.')}
      of={({ gnn_msg_steps }) => gnn_msg_steps}
      input={(value, disabled) => (
        <RangeInput
          id="lesson-message-steps"
          value={value}
          least={1}
          most={16}
          disabled={disabled}
          onChange={(steps) => changeSetting('messageSteps', steps)}
        />
      )}
    />
  );
}

function LatentSizeControl() {
  return (
    <SizeControl
      id="lesson-latent-size"
      label={t('Latent size L')}
      why={t('Numbers in a node’s or an edge’s latent; 512 in GraphCast.')}
      of={({ latent_size }) => latent_size}
      input={(value, disabled) => (
        <SelectInput
          id="lesson-latent-size"
          value={value}
          choices={latentSizes(value).map((size) => ({ value: size, label: String(size) }))}
          disabled={disabled}
          onChange={(size) => changeSetting('latentSize', size)}
        />
      )}
    />
  );
}

/** Which levels of the multi-mesh are drawn. */
function MeshLevelsControl() {
  const { model } = useModel();
  const meshLevels = useView((view) => view.meshLevels);
  const all = Array.from({ length: model.mesh_size + 1 }, (_, level) => level);
  const shown = (meshLevels ?? all).filter((level) => level <= model.mesh_size);
  const toggle = (level: number) => {
    const next = shown.includes(level) ? shown.filter((other) => other !== level) : [...shown, level].sort();
    // An address without levels means all of them.
    if (next.length > 0) useView.setState({ meshLevels: next.length === all.length ? null : next });
  };
  return (
    <fieldset className="lesson-levels bare">
      <legend>{t('Levels on the globe')}</legend>
      {all.map((level) => (
        <button
          key={level}
          type="button"
          className="button"
          aria-pressed={shown.includes(level)}
          onClick={() => toggle(level)}
        >
          M{level}
        </button>
      ))}
    </fieldset>
  );
}

/** A mesh node by the refinement that it came with. */
function NodeControl() {
  const graph = useNetwork((network) => network.graph);
  const node = useNetwork((network) => network.node);
  if (!graph) return null;
  let born = 0;
  while (node >= meshNodes(born)) born++;
  return (
    <Setting
      id="lesson-node"
      label={t('Node of level')}
      why={t('The refinement that the picked node came with; node {node} of {nodes}.', {
        node,
        nodes: graph.meshNodes.toLocaleString('en'),
      })}
    >
      <RangeInput
        id="lesson-node"
        value={born}
        least={0}
        most={graph.meshSize}
        disabled={false}
        onChange={(level) => walkToNode(level === 0 ? 0 : meshNodes(level - 1))}
      />
    </Setting>
  );
}

function ProcessorStepControl() {
  const { graph, step } = useNetwork();
  if (!graph) return null;
  return (
    <Setting
      id="lesson-step"
      label={t('Processor step')}
      why={t('0 is after the encoder; {steps} is the last.', { steps: graph.steps })}
    >
      <RangeInput
        id="lesson-step"
        value={step}
        least={0}
        most={graph.steps}
        disabled={false}
        onChange={showStep}
      />
    </Setting>
  );
}

function FieldSelect(props: { id: string; label: string; why: string; names: string[] }) {
  const { id, label, why, names } = props;
  const dataset = useData((data) => data.dataset);
  const { variable, level } = useView();
  if (!dataset) return null;
  return (
    <Setting wide id={id} label={label} why={why}>
      <SelectInput
        id={id}
        value={variable}
        choices={names.map((name) => ({ value: name, label: t(displayOf(name).label) }))}
        onChange={(name) => showField(name, nearestLevel(dataset, name, level))}
      />
    </Setting>
  );
}

function InputControl() {
  const names = useData((data) => data.dataset)?.variables.map(({ name }) => name) ?? [];
  return (
    <FieldSelect
      id="lesson-input"
      label={t('Input')}
      why={t('Shown on the globe. The forcings are computed from place and time.')}
      names={names}
    />
  );
}

function VariableControl() {
  const names = useData((data) => data.dataset)?.targetVariables ?? [];
  return (
    <FieldSelect
      id="lesson-variable"
      label={t('Variable')}
      why={t('One of those that the network predicts.')}
      names={names}
    />
  );
}

/** The level of the shown variable; a surface variable gives way to the first one that has levels. */
function LevelControl() {
  const dataset = useData((data) => data.dataset);
  const { variable, level } = useView();
  const onLevels = dataset?.variables.filter(({ hasLevel }) => hasLevel) ?? [];
  if (!dataset || onLevels.length === 0) return null;
  const shown = onLevels.find(({ name }) => name === variable)?.name ?? onLevels[0].name;
  return (
    <Setting id="lesson-level" label={t('Level')} why={t('hPa; shown on the globe.')}>
      <SelectInput
        id="lesson-level"
        value={level ?? 0}
        choices={[
          ...(level === null ? [{ value: 0, label: '–' }] : []),
          ...dataset.levels.map((pressure) => ({ value: pressure, label: `${pressure} hPa` })),
        ]}
        onChange={(pressure) => showField(shown, pressure)}
      />
    </Setting>
  );
}

/** Longest forecast of a lesson, in steps: two days and a half. */
const MOST_STEPS = 10;

function ForecastStepsControl() {
  const { steps, running } = useForecasts();
  return (
    <Setting
      id="lesson-forecast-steps"
      label={t('Steps of 6 h')}
      why={t('Here to {lead}; 40 steps, 10 days, in GraphCast.', { lead: formatLead(steps * STEP_HOURS) })}
    >
      <RangeInput
        id="lesson-forecast-steps"
        value={Math.min(steps, MOST_STEPS)}
        least={1}
        most={MOST_STEPS}
        disabled={running !== null}
        onChange={(value) => useForecasts.setState({ steps: value })}
      />
    </Setting>
  );
}

function LeadTimeControl() {
  const leadHours = useView((view) => view.leadHours);
  // Forecasts and data decide how far it goes.
  useForecasts();
  useTraining((state) => state.phase);
  const longest = longestLead();
  return (
    <Setting id="lesson-lead" label={t('Lead time')} why={t('Also with the arrow keys ← and →.')}>
      <input
        id="lesson-lead"
        type="range"
        aria-describedby="lesson-lead-why"
        min={0}
        max={longest}
        step={STEP_HOURS}
        value={leadHours}
        aria-valuetext={formatLead(leadHours)}
        disabled={longest === 0}
        style={{ '--filled': `${longest > 0 ? (leadHours / longest) * 100 : 0}%` } as CSSProperties}
        onChange={({ target }) => showLead(Number(target.value))}
      />
      <output htmlFor="lesson-lead">{formatLead(leadHours)}</output>
    </Setting>
  );
}
