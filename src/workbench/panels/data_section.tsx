import type { DatasetSummary } from '../../worker/protocol';
import { closeCheckpoint, closeStatistics, openPlanet } from '../state/changed_files';
import { checkpointTitle, titleOf, useBusy, useData } from '../state/data';
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
      <h2>{t('Data')}</h2>
      {dataset ? <DatasetFacts dataset={dataset} /> : <p className="empty-note">{t('Nothing is open.')}</p>}
      <dl className="facts">
        <dt>{t('Statistics')}</dt>
        <dd>
          {statistics
            ? `${t('{count} files', { count: statistics.length })} `
            : checkpoint?.starter
              ? `${t('of the starter')} `
              : dataset
                ? `${t('of this data')} `
                : `${t('none')} `}
          {statistics ? (
            <button
              type="button"
              className="text-button"
              disabled={busy}
              onClick={() => void closeStatistics()}
            >
              {t('Close')}
            </button>
          ) : (
            <FilePicker
              className="text-button"
              kind="statistics"
              label={t('Open statistics files')}
              disabled={busy}
            >
              {t('Open…')}
            </FilePicker>
          )}
        </dd>
        <dt>{t('Checkpoint')}</dt>
        <dd>
          {checkpoint ? `${checkpointTitle(checkpoint)} ` : `${t('none')} `}
          {checkpoint ? (
            <button
              type="button"
              className="text-button"
              disabled={busy}
              onClick={() => void closeCheckpoint()}
            >
              {t('Close')}
            </button>
          ) : (
            <FilePicker
              className="text-button"
              kind="checkpoint"
              label={t('Open a checkpoint')}
              disabled={busy}
            >
              {t('Open…')}
            </FilePicker>
          )}
        </dd>
      </dl>
      <div className="row">
        <FilePicker className="button" kind="any" disabled={busy}>
          <OpenIcon />
          {t('Open files…')}
        </FilePicker>
        <FilePicker className="button" kind="folder" disabled={busy}>
          {t('Open folder…')}
        </FilePicker>
        {!shipped && (
          <button type="button" className="button" disabled={busy} onClick={() => void openPlanet()}>
            {t('Simulated planet')}
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
        {simulated && <span className="badge">{t('made-up weather')}</span>}
      </p>
      <dl className="facts">
        <dt>{t('Grid')}</dt>
        <dd>
          {latitudes.length} × {longitudes.length}, {spacing}°
        </dd>
        <dt>{t('Frames')}</dt>
        <dd>{t('{count} from {time}', { count: times.length, time: formatTime(times[0]) })}</dd>
        <dt>{t('Levels')}</dt>
        <dd>{levels.length === 0 ? t('none') : `${levels.join(' ')} hPa`}</dd>
        <dt>{t('Variables')}</dt>
        <dd>
          {t('{count}, of which {predicted} predicted', {
            count: variables.length,
            predicted: targetVariables.length,
          })}
        </dd>
      </dl>
    </>
  );
}
