import './panels.css';
import './network.css';
import { NODE_READINGS, type NodeReading } from '../rooms_hash';
import { useData, wordsOfParameters } from '../state/data';
import { useDevice } from '../state/device';
import { goToNode, readNetwork, showStep, useNetwork } from '../state/network';
import { placeOfNode } from '../state/network_node';
import { useTraining } from '../state/training';
import { useView } from '../state/view';
import { formatPlace, formatTime } from '../units';
import { t } from '../words/words';
import { BackIcon, ForwardIcon } from './icons';
import { SensitivityControls } from './sensitivity_controls';
import { RangeInput, Setting } from './setting';

const READING_WORDS: Record<NodeReading, string> = {
  latent: 'Latent',
  gradient: 'Gradient',
  reach: 'Reach',
};

/** The Network room's controls: which node, which processor step, what the mesh shows; and the sensitivity's question. */
export function NetworkControls() {
  return (
    <>
      <div className="panel">
        <WhatIsRead />
        <PickedNode />
        <SensitivityControls />
      </div>
      <ReadAction />
    </>
  );
}

function WhatIsRead() {
  const { graph, readings } = useNetwork();
  const initialTime = useView((view) => view.initialTime);
  return (
    <section className="section">
      <h2>{t('Inside the network')}</h2>
      <dl className="facts">
        <dt>{t('Parameters')}</dt>
        <dd>{readings ? wordsOfParameters(readings.parameters) : '–'}</dd>
        <dt>{t('Initial time')}</dt>
        <dd>{initialTime === null ? '–' : formatTime(initialTime)}</dd>
        <dt>{t('Mesh')}</dt>
        <dd>
          {graph
            ? t('M{size}, {nodes} nodes, {steps} processor steps', {
                size: graph.meshSize,
                nodes: graph.meshNodes.toLocaleString('en'),
                steps: graph.steps,
              })
            : '–'}
        </dd>
      </dl>
    </section>
  );
}

function PickedNode() {
  const { graph, node, step, shows, readings, zoom } = useNetwork();
  if (!graph) return null;
  const place = placeOfNode(graph.vertices, node);
  return (
    <section className="section">
      <h2>{t('Mesh node')}</h2>
      <div className="stepper">
        <button
          type="button"
          className="button icon"
          aria-label={t('Previous node')}
          onClick={() => goToNode(node - 1)}
        >
          <BackIcon />
        </button>
        <output aria-live="polite">
          <strong>{t('Node {node}', { node })}</strong>
          <span>{formatPlace(place)}</span>
        </output>
        <button
          type="button"
          className="button icon"
          aria-label={t('Next node')}
          onClick={() => goToNode(node + 1)}
        >
          <ForwardIcon />
        </button>
      </div>
      <p className="why-below">{t('Click the globe for the nearest node, or step from node to node.')}</p>
      <Setting
        id="network-step"
        label={t('Processor step')}
        why={t('0 is after the encoder; every step sends one message along each edge of the mesh.')}
      >
        <RangeInput
          id="network-step"
          value={step}
          least={0}
          most={graph.steps}
          disabled={false}
          onChange={showStep}
        />
      </Setting>
      {zoom === 'mesh' && (
        <div className="node-readings">
          <fieldset className="choices">
            <legend className="visually-hidden">{t('Nodes show')}</legend>
            {NODE_READINGS.map((name) => (
              <label key={name}>
                <input
                  type="radio"
                  name="node-reading"
                  checked={shows === name}
                  disabled={name === 'gradient' && !readings?.gradients}
                  onChange={() => useNetwork.setState({ shows: name })}
                />
                {t(READING_WORDS[name])}
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </section>
  );
}

function ReadAction() {
  const { reading, message, readings } = useNetwork();
  const hasData = useData((data) => data.dataset !== null);
  const ready = useDevice((device) => device.status === 'ready');
  const running = useTraining(({ phase }) => phase === 'running');
  return (
    <div className="actions-bar">
      <div className="main">
        <button
          type="button"
          className="button"
          disabled={!hasData || !ready || reading}
          onClick={() => void readNetwork()}
        >
          {reading ? t('Reading…') : t('Read again')}
        </button>
      </div>
      {reading && <progress aria-label={t('Reading the network')} />}
      <p className="why">
        {!hasData
          ? t('Open a dataset first.')
          : message !== ''
            ? t(message)
            : running
              ? t('While the run trains, it is read every few seconds.')
              : readings && !readings.gradients
                ? t('The data end here: without a truth at +6 h there is no gradient of the loss.')
                : t('One step of 6 h forward, and the gradient of its loss back.')}
      </p>
    </div>
  );
}
