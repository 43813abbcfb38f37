import type { DatasetSummary } from '../../worker/protocol';
import {
  checkpointTitle,
  closeCheckpoint,
  closeStatistics,
  openPlanet,
  titleOf,
  useBusy,
  useData,
} from '../state/data';
import { formatTime } from '../units';
import { t } from '../words/words';
import { FilePicker } from './file_picker';
import { OpenIcon } from './icons';

/** What is open, in one look, and the way to open something else. */
export function DataSection() {
  const { dataset, checkpoint, statistics, shipped } = useData();
  const busy = useBusy();
  return (
    <section className="section">
      <h2>Data</h2>
      {dataset ? <DatasetFacts dataset={dataset} /> : <p className="empty-note">Nothing is open.</p>}
      <dl className="facts">
        <dt>Statistics</dt>
        <dd>
          {statistics
            ? t('{count} files ', { count: statistics.length })
            : checkpoint?.starter
              ? t('of the starter ')
              : dataset
                ? t('of this data ')
                : t('none ')}
          {statistics ? (
            <button
              type="button"
              className="text-button"
              disabled={busy}
              onClick={() => void closeStatistics()}
            >
              Close
            </button>
          ) : (
            <FilePicker
              className="text-button"
              kind="statistics"
              label="Open statistics files"
              disabled={busy}
            >
              Open…
            </FilePicker>
          )}
        </dd>
        <dt>Checkpoint</dt>
        <dd>
          {checkpoint ? `${checkpointTitle(checkpoint)} ` : t('none ')}
          {checkpoint ? (
            <button
              type="button"
              className="text-button"
              disabled={busy}
              onClick={() => void closeCheckpoint()}
            >
              Close
            </button>
          ) : (
            <FilePicker className="text-button" kind="checkpoint" label="Open a checkpoint" disabled={busy}>
              Open…
            </FilePicker>
          )}
        </dd>
      </dl>
      <div className="row">
        <FilePicker className="button" kind="any" disabled={busy}>
          <OpenIcon />
          Open files…
        </FilePicker>
        <FilePicker className="button" kind="folder" disabled={busy}>
          Open folder…
        </FilePicker>
        {!shipped && (
          <button type="button" className="button" disabled={busy} onClick={() => void openPlanet()}>
            Simulated planet
          </button>
        )}
      </div>
    </section>
  );
}

function DatasetFacts({ dataset }: { dataset: DatasetSummary }) {
  const { simulated, latitudes, longitudes, levels, times, targetVariables, variables } = dataset;
  const spacing = Number((360 / longitudes.length).toFixed(2));
  return (
    <>
      <p className="file-name">
        {titleOf(dataset)}
        {simulated && <span className="badge">made-up weather</span>}
      </p>
      <dl className="facts">
        <dt>Grid</dt>
        <dd>
          {latitudes.length} × {longitudes.length}, {spacing}°
        </dd>
        <dt>Frames</dt>
        <dd>
          {times.length} from {formatTime(times[0])}
        </dd>
        <dt>Levels</dt>
        <dd>{levels.length === 0 ? 'none' : `${levels.join(' ')} hPa`}</dd>
        <dt>Variables</dt>
        <dd>
          {variables.length}, of which {targetVariables.length} predicted
        </dd>
      </dl>
    </>
  );
}
