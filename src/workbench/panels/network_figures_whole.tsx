/** The network from afar: encode, process, decode; and the mesh's nodes by processor step. */
import type { CSSProperties } from 'react';
import { colourGradient } from '../globe/colour_map';
import { NODE_COLOUR_MAPS, shownRange, shownValues } from '../globe/network_drawing';
import type { NodeReading, Zoom } from '../rooms_hash';
import { showStep, useNetwork } from '../state/network';
import { reached } from '../state/network_node';
import { formatValue } from '../units';
import { t } from '../words/words';

const count = (value: number) => value.toLocaleString('en');

/** Encode, process, decode, with what passes from part to part; each part leads nearer. */
export function GlobeFigure() {
  const { graph } = useNetwork();
  if (!graph) return null;
  const { gridNodes, meshNodes, steps, latentSize } = graph;
  const edges = (set: 'grid2mesh' | 'mesh' | 'mesh2grid') => count(graph[set].senders.length);
  const go = (zoom: Zoom) => () => useNetwork.setState({ zoom });
  return (
    <section className="section">
      <h2>{t('Encode, process, decode')}</h2>
      <ol className="flow">
        <li>
          <strong>{t('Grid: {count} points', { count: count(gridNodes) })}</strong>
          <span>{t('Two frames of weather, and what is known of the sun and the ground.')}</span>
        </li>
        <li className="passes">{t('Encoder: {count} messages', { count: edges('grid2mesh') })}</li>
        <li>
          <button type="button" className="text-button" onClick={go('mesh')}>
            {t('Mesh: {count} nodes', { count: count(meshNodes) })}
          </button>
          <span>{t('A latent of {count} numbers on each.', { count: latentSize })}</span>
        </li>
        <li className="passes">
          <button type="button" className="text-button" onClick={go('node')}>
            {t('Processor: {steps} steps of {count} messages', { steps, count: edges('mesh') })}
          </button>
        </li>
        <li>
          <strong>{t('Mesh, {steps} steps later', { steps })}</strong>
          <span>{t('Each step has weights of its own.')}</span>
        </li>
        <li className="passes">
          {t('Decoder: {count} messages, three to each point', { count: edges('mesh2grid') })}
        </li>
        <li>
          <strong>{t('Grid: the change over 6 h')}</strong>
          <span>{t('Added to the newest frame, it is the forecast; the next step starts from there.')}</span>
        </li>
      </ol>
    </section>
  );
}

const TITLES: Record<NodeReading, string> = {
  latent: 'Norm of the latents, mean over nodes',
  gradient: 'Norm of the loss’s gradient, mean over nodes',
  reach: 'Mesh nodes that the picked node has heard from',
};

const LEGENDS: Record<NodeReading, string> = {
  latent: 'Norm of a node’s latent, no unit',
  gradient: 'Norm of the gradient at a node’s latent, no unit',
  reach: 'Processor step from which it is heard',
};

/** One bar per processor step; a step that is chosen is the one on the globe. */
export function MeshFigure() {
  const network = useNetwork();
  const { graph, readings, field, step, shows, node } = network;
  if (!graph) return null;
  const bars = barsOf(shows, readings, field, graph.steps);
  const largest = Math.max(...bars, Number.MIN_VALUE);
  const { low, high } = shownRange({ ...network, graph });
  const value = shownValues({ ...network, graph })?.[node];
  return (
    <>
      <section className="section">
        <h2>{t(TITLES[shows])}</h2>
        {bars.length === 0 ? (
          <p className="empty-note">
            {t('What goes through the network stands here once it has been read.')}
          </p>
        ) : (
          <StepBars bars={bars} largest={largest} step={step} />
        )}
        {shows === 'gradient' && readings?.loss != null && (
          <p className="why-below">
            {t('Read from below: the gradient of this step’s loss, {loss}, flows from the last step back.', {
              loss: formatValue(readings.loss),
            })}
          </p>
        )}
      </section>
      <section className="section" hidden={bars.length === 0}>
        <h2>{t(LEGENDS[shows])}</h2>
        <div className="colour-key" style={{ background: colourGradient(NODE_COLOUR_MAPS[shows]) }} />
        <div className="colour-ends">
          <span>{shows === 'reach' ? low : formatValue(low)}</span>
          <span>{shows === 'reach' ? high : formatValue(high)}</span>
        </div>
        {value !== undefined && (
          <p className="why-below">
            {shows === 'reach'
              ? t('Grey nodes are not heard yet at step {step}.', { step })
              : t('Node {node}: {value}, at step {step}.', { node, value: formatValue(value), step })}
          </p>
        )}
      </section>
    </>
  );
}

type State = ReturnType<typeof useNetwork.getState>;

function barsOf(
  shows: NodeReading,
  readings: State['readings'],
  field: State['field'],
  steps: number,
): number[] {
  if (shows === 'reach') {
    return Array.from({ length: steps + 1 }, (_, step) => (field ? reached(field, step).mesh : 0));
  }
  const norms = (shows === 'latent' ? readings?.nodes : readings?.gradients) ?? [];
  return norms.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** A bar for every processor step, from the encoder (0) on, as buttons. */
export function StepBars({
  bars,
  largest,
  step,
  first = 0,
}: {
  bars: number[];
  largest: number;
  step: number;
  /** Step of the first bar. */
  first?: number;
}) {
  return (
    <ul className="step-bars">
      {bars.map((value, i) => {
        const at = i + first;
        const name = at === 0 ? t('encoder') : t('step {step}', { step: at });
        return (
          <li key={at}>
            <button
              type="button"
              aria-pressed={at === step}
              onClick={() => showStep(at)}
              style={{ '--share': `${(100 * value) / largest}%` } as CSSProperties}
            >
              <span>{name}</span>
              <i />
              <span className="value">{Number.isInteger(value) ? count(value) : formatValue(value)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
