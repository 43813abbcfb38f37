import './panels.css';
import './network.css';
import '../charts/charts.css';
import { ZOOMS, type Zoom } from '../rooms_hash';
import { useData } from '../state/data';
import { useNetwork } from '../state/network';
import { t } from '../words/words';
import { MessageFigure, NodeFigure } from './network_figures_node';
import { GlobeFigure, MeshFigure } from './network_figures_whole';

const ZOOM_WORDS: Record<Zoom, string> = {
  globe: 'Globe',
  mesh: 'Mesh',
  node: 'Node',
  message: 'Message',
};

const SENTENCES: Record<Zoom, string> = {
  globe:
    'A step of 6 h takes the weather from the grid to the mesh, lets the mesh’s nodes talk, and brings back what changes.',
  mesh: 'Every mesh node keeps a latent: a row of numbers that its neighbours’ messages rewrite step by step.',
  node: 'In each step a node adds up the messages of its neighbours, near ones on fine levels and far ones on coarse levels.',
  message:
    'A message is what a small network makes of the edge and of both its ends, scaled to a common size by a layer norm.',
};

const FIGURES: Record<Zoom, () => React.JSX.Element | null> = {
  globe: GlobeFigure,
  mesh: MeshFigure,
  node: NodeFigure,
  message: MessageFigure,
};

/** What the Network room says, from the whole globe down to one message. */
export function NetworkFigures() {
  const { zoom, graph, reading, message } = useNetwork();
  const hasData = useData((data) => data.dataset !== null);
  const Figure = FIGURES[zoom];
  return (
    <>
      <section className="section zoom">
        <fieldset className="choices">
          <legend className="visually-hidden">{t('How near')}</legend>
          {ZOOMS.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="network-zoom"
                checked={zoom === name}
                onChange={() => useNetwork.setState({ zoom: name })}
              />
              {t(ZOOM_WORDS[name])}
            </label>
          ))}
        </fieldset>
        <p>{t(SENTENCES[zoom])}</p>
      </section>
      {graph ? (
        <Figure />
      ) : (
        <section className="section">
          <p className="empty-note">
            {!hasData
              ? t('Open a dataset: its grid is what the network’s mesh listens to.')
              : reading
                ? t('Building the network and running one step…')
                : t(message)}
          </p>
        </section>
      )}
    </>
  );
}
