import { openDataset, openPlanet, useData } from '../state/data';
import { useTraining } from '../state/training';
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
    <section className="welcome" aria-label="Start">
      <h2>Train GraphCast on your own machine</h2>
      <p>
        This is its multi-mesh with {meshNodes(meshSize).toLocaleString('en')} nodes. Give it weather to learn
        from: ERA5 as NetCDF or Zarr, GraphCast’s example datasets, or a simulated planet.
      </p>
      <div className="actions">
        <FilePicker className="button primary" kind="any" disabled={opening !== null}>
          <OpenIcon />
          Open files…
        </FilePicker>
        <button
          type="button"
          className="button"
          disabled={opening !== null}
          onClick={() => void openPlanet()}
        >
          Simulated planet
        </button>
      </div>
      {asked && (
        <p className="asked">
          The link asks to open {asked}, on another site.{' '}
          <button type="button" className="text-button" onClick={() => void openDataset({ url: asked })}>
            Open it
          </button>
        </p>
      )}
      <p className="small">
        {opening
          ? `Opening ${opening}…`
          : 'Or drop files anywhere. They are read here and never leave this machine.'}
      </p>
    </section>
  );
}
