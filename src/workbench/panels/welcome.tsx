import { openDataset, openPlanet } from '../state/changed_files';
import { useData } from '../state/data';
import { useTraining } from '../state/training';
import { t } from '../words/words';
import { FilePicker } from './file_picker';
import { OpenIcon } from './icons';

/** Vertices of an icosahedron whose edges were halved `refinements` times (spec 2.3). */
export function meshNodes(refinements: number): number {
  return 10 * 4 ** refinements + 2;
}

/** First contact: what is on the globe, and the next step. */
export function Welcome() {
  const meshSize = useTraining(({ settings }) => settings.meshSize);
  const { opening, asked } = useData();
  return (
    <section className="welcome" aria-label={t('Start')}>
      <h2>{t('Train GraphCast on your own machine')}</h2>
      <p>
        {t(
          'This is its multi-mesh with {nodes} nodes. Give it weather to learn from: ERA5 as NetCDF or Zarr, GraphCast’s example datasets, or a simulated planet.',
          { nodes: meshNodes(meshSize).toLocaleString('en') },
        )}
      </p>
      <div className="actions">
        <FilePicker className="button primary" kind="any" disabled={opening !== null}>
          <OpenIcon />
          {t('Open files…')}
        </FilePicker>
        <button
          type="button"
          className="button"
          disabled={opening !== null}
          onClick={() => void openPlanet()}
        >
          {t('Simulated planet')}
        </button>
      </div>
      {asked && (
        <p className="asked">
          {t('The link asks to open {address}, on another site.', { address: asked })}{' '}
          <button type="button" className="text-button" onClick={() => void openDataset({ url: asked })}>
            {t('Open it')}
          </button>
        </p>
      )}
      <p className="small">
        {opening
          ? t('Opening {name}…', { name: opening })
          : t('Or drop files anywhere. They are read here and never leave this machine.')}
      </p>
    </section>
  );
}
