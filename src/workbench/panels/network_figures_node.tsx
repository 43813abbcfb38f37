/** The network from near: what one node receives, and one message of it. */
import { type CSSProperties, type KeyboardEvent, useRef } from 'react';
import { EQUAL_SHARE, LEVEL_COLOURS, shownMessage } from '../globe/network_drawing';
import { goToNode, pickMessage, useNetwork } from '../state/network';
import {
  feedingGridNodes,
  type Incoming,
  incomingMessages,
  placeOfNode,
  reached,
} from '../state/network_node';
import { formatPlace, formatValue } from '../units';
import { t } from '../words/words';
import { StepBars } from './network_figures_whole';

/** Messages of a node by sender: the chosen step as bars, all steps as shades beside them. */
export function NodeFigure() {
  const { graph, readings, node, step, field, edge: chosen } = useNetwork();
  const list = useRef<HTMLUListElement>(null);
  if (!graph) return null;
  const incoming = incomingMessages(graph, node);
  const norms = readings?.messages ?? [];
  const all = incoming.flatMap(({ edge }) => norms.map((values) => values[edge]));
  const largest = Math.max(...all, Number.MIN_VALUE);
  const least = Math.min(...all);
  const areEqual = norms.length > 0 && largest - least < EQUAL_SHARE * largest;
  const reach = field && reached(field, step);
  const shownStep = Math.max(1, step);

  const walk = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const next = buttons[buttons.indexOf(event.target as HTMLButtonElement) + by];
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  };

  return (
    <>
      <section className="section">
        <h2>
          {t('Messages to node {node}, step {step}', { node, step: shownStep })}
          <span className="h2-unit">{t('norm, no unit')}</span>
        </h2>
        {norms.length === 0 && (
          <p className="empty-note">{t('Their norms appear once a step has been run.')}</p>
        )}
        <ul className="senders" ref={list} onKeyDown={walk}>
          {incoming.map((one) => (
            <Sender
              key={one.edge}
              message={one}
              norms={norms.map((values) => values[one.edge])}
              least={least}
              largest={largest}
              step={shownStep}
              chosen={one.edge === chosen}
            />
          ))}
        </ul>
        {areEqual && (
          <p className="why-below">
            {t(
              'Fresh weights: the layer norm gives every message the norm √{latent}. Train, and they part.',
              {
                latent: graph.latentSize,
              },
            )}
          </p>
        )}
        <LevelKey levels={[...new Set(incoming.map(({ level }) => level))]} />
      </section>
      <section className="section">
        <h2>{t('What it depends on')}</h2>
        <dl className="facts wide">
          <dt>{t('Encoder')}</dt>
          <dd>{t('{count} grid points', { count: feedingGridNodes(graph, node).length })}</dd>
          {reach && (
            <>
              <dt>{t('After step {step}', { step })}</dt>
              <dd>
                {t('{mesh} of {nodes} mesh nodes, {grid} of {points} grid points', {
                  mesh: reach.mesh.toLocaleString('en'),
                  nodes: graph.meshNodes.toLocaleString('en'),
                  grid: reach.grid.toLocaleString('en'),
                  points: graph.gridNodes.toLocaleString('en'),
                })}
              </dd>
            </>
          )}
        </dl>
      </section>
    </>
  );
}

function Sender({
  message,
  norms,
  least,
  largest,
  step,
  chosen,
}: {
  message: Incoming;
  /** Of the message, by step. */
  norms: number[];
  /** Of all messages to the node in all steps. */
  least: number;
  largest: number;
  step: number;
  chosen: boolean;
}) {
  const { edge, sender, level, distance } = message;
  const norm = norms[step - 1];
  const isFlat = largest - least < EQUAL_SHARE * largest;
  const contrast = (value: number) => (isFlat ? 0.4 : (value - least) / (largest - least));
  const style = {
    '--level': LEVEL_COLOURS[level],
    '--share': `${(100 * (norm ?? 0)) / largest}%`,
  } as CSSProperties;
  return (
    <li>
      <button type="button" aria-pressed={chosen} style={style} onClick={() => pickMessage(edge)}>
        <span className="from">
          <i className="chip-level" />
          {t('node {node}', { node: sender })}
        </span>
        <span className="far">
          {t('{distance} km', { distance: Math.round(distance).toLocaleString('en') })}
        </span>
        <span className="bar">
          <i />
        </span>
        <span className="shades" aria-hidden="true">
          {norms.map((value, i) => (
            <i
              // biome-ignore lint/suspicious/noArrayIndexKey: a shade is its step
              key={i}
              className={i + 1 === step ? 'now' : ''}
              style={{
                opacity: 0.12 + 0.88 * contrast(value),
              }}
            />
          ))}
        </span>
        <span className="value">{norm === undefined ? '–' : formatValue(norm)}</span>
      </button>
    </li>
  );
}

function LevelKey({ levels }: { levels: number[] }) {
  return (
    <p className="level-key">
      {levels.map((level) => (
        <span key={level} style={{ '--level': LEVEL_COLOURS[level] } as CSSProperties}>
          <i className="chip-level" />
          {t('level {level}', { level })}
        </span>
      ))}
    </p>
  );
}

/** One edge of the mesh: what its message is made of, and its norm step by step. */
export function MessageFigure() {
  const network = useNetwork();
  const { graph, readings, node, step } = network;
  if (!graph) return null;
  const edge = shownMessage({ ...network, graph });
  const message = incomingMessages(graph, node).find((one) => one.edge === edge);
  if (!message) return null;
  const { sender, level, distance } = message;
  const norms = readings?.messages.map((values) => values[edge]) ?? [];
  return (
    <>
      <section className="section">
        <h2>{t('From node {sender} to node {node}', { sender, node })}</h2>
        <p className="formula">
          m = LN( W₂ · swish( W₁ [ <b>e</b> | <b>s</b> | <b>r</b> ] + b₁ ) + b₂ )
        </p>
        <dl className="facts wide">
          <dt>e</dt>
          <dd>
            {t('the edge’s latent: {distance} km on level {level}, {count} numbers', {
              distance: Math.round(distance).toLocaleString('en'),
              level,
              count: graph.latentSize,
            })}
          </dd>
          <dt>s</dt>
          <dd>
            {t('the sender’s latent, at {place}', {
              place: formatPlace(placeOfNode(graph.vertices, sender)),
            })}
          </dd>
          <dt>r</dt>
          <dd>
            {t('the receiver’s latent, at {place}', {
              place: formatPlace(placeOfNode(graph.vertices, node)),
            })}
          </dd>
        </dl>
        <div className="row">
          <button type="button" className="button" onClick={() => goToNode(sender)}>
            {t('Go to the sender')}
          </button>
        </div>
      </section>
      <section className="section">
        <h2>
          {t('Norm of the message by step')}
          <span className="h2-unit">{t('no unit')}</span>
        </h2>
        {norms.length > 0 ? (
          <StepBars bars={norms} largest={Math.max(...norms)} step={step} first={1} />
        ) : (
          <p className="empty-note">{t('Its norms appear once a step has been run.')}</p>
        )}
        <p className="why-below">
          {t(
            'The receiver adds all its messages up, then updates its latent; the edge adds this one to its own.',
          )}
        </p>
      </section>
    </>
  );
}
