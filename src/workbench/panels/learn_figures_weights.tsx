/** Figures of the lesson on the loss: its weights as training uses them. */
import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import { latitudeWeights, levelWeights, variableWeights } from '../../training/loss_weights';
import { weightsAt } from '../../training/schedule';
import { nearestLevel, useData } from '../state/data';
import { useTraining } from '../state/training';
import { showField, useView } from '../state/view';
import { displayOf, formatValue } from '../units';
import { t } from '../words/words';
import { marked } from './learn_figures_mesh';

const LineChart = lazy(() => import('../charts/line_chart'));

const CHART_HEIGHT = 200;

/** a(lat) of the open data's rows; null where they are no grid from pole to pole. */
function areaWeights(latitudes: Float32Array): Float32Array | null {
  try {
    return latitudeWeights(latitudes);
  } catch {
    return null;
  }
}

export function AreaWeightsFigure() {
  const dataset = useData((data) => data.dataset);
  const picked = useView((view) => view.pick?.latitude ?? 0);
  if (!dataset) return null;
  const weights = areaWeights(dataset.latitudes);
  if (!weights) {
    return (
      <section className="section">
        <p className="empty-note">
          {t('The open data are no grid from pole to pole: they have no area weights.')}
        </p>
      </section>
    );
  }
  const rows = [...dataset.latitudes.keys()]
    .filter((row) => dataset.latitudes[row] >= 0)
    .sort((a, b) => dataset.latitudes[a] - dataset.latitudes[b]);
  const latitudes = rows.map((row) => dataset.latitudes[row]);
  const weightAt = (latitude: number) => weights[rows[nearestIndex(latitudes, latitude)]];
  return (
    <>
      <dl className="figures-grid">
        <div>
          <dt>{t('Row nearest to {latitude}°', { latitude: Math.round(picked) })}</dt>
          <dd>{formatValue(weightAt(picked))}</dd>
        </div>
        <div>
          <dt>{t('Row nearest to the equator')}</dt>
          <dd>{formatValue(weightAt(0))}</dd>
        </div>
      </dl>
      <Suspense fallback={<div className="chart" style={{ height: CHART_HEIGHT + 48 }} />}>
        <LineChart
          title={t('Area weight a(lat), mean 1')}
          xLabel={t('degrees of latitude')}
          x={latitudes}
          series={[
            { label: 'a(lat)', values: rows.map((row) => weights[row]), colour: '--accent' },
            marked(latitudes, picked, weightAt),
          ]}
          length={latitudes.length}
          height={CHART_HEIGHT}
          xSteps={[15, 30]}
        />
      </Suspense>
    </>
  );
}

function nearestIndex(values: number[], wanted: number): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(value - wanted) < Math.abs(values[best] - wanted)) best = i;
  });
  return best;
}

export function LevelWeightsFigure() {
  const dataset = useData((data) => data.dataset);
  const shown = useView((view) => view.level);
  if (!dataset) return null;
  if (dataset.levels.length === 0) {
    return (
      <section className="section">
        <p className="empty-note">{t('The open data have no pressure levels.')}</p>
      </section>
    );
  }
  const weights = levelWeights(dataset.levels);
  const largest = Math.max(...weights);
  return (
    <section className="section">
      <h2>{t('Level weight s(p), mean 1')}</h2>
      <div className="bars">
        {dataset.levels.map((level, i) => (
          <div key={level} style={{ display: 'contents' }} className={level === shown ? 'shown' : ''}>
            <span className={level === shown ? 'lesson-lit' : ''}>{level} hPa</span>
            <span className="bar">
              <i
                style={{
                  width: `${(100 * weights[i]) / largest}%`,
                  background: level === shown ? 'var(--second)' : undefined,
                }}
              />
            </span>
            <span className="value">{formatValue(weights[i])}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

/** Every variable's weight, and what it adds to the live run's loss. */
export function VariableWeightsFigure() {
  const dataset = useData((data) => data.dataset);
  const { lossByVariable, loss, updates, config } = useTraining();
  const { variable, level } = useView();
  if (!dataset) return null;
  const names = config?.task.targetVariables ?? dataset.targetVariables;
  const weights = variableWeights(names, config ? weightsAt(config, updates - 1) : undefined);
  const added = names.map((name) => weights[name] * (lossByVariable[name] ?? Number.NaN));
  const largest = Math.max(...added.filter(Number.isFinite), Number.MIN_VALUE);
  return (
    <section className="section">
      <h2>{t('Share of the loss, w_v · mean')}</h2>
      <table className="lesson-table">
        <thead>
          <tr>
            <th scope="col">{t('Variable')}</th>
            <th scope="col">w_v</th>
            <th scope="col">{t('adds')}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, i) => (
            <tr key={name} className={name === variable ? 'shown' : ''}>
              <th scope="row">
                <button
                  type="button"
                  className="text-button"
                  onClick={() => showField(name, nearestLevel(dataset, name, level))}
                >
                  {t(displayOf(name).label)}
                </button>
                <span className="bar lesson-bar">
                  <i style={{ width: `${(100 * (added[i] || 0)) / largest}%` }} />
                </span>
              </th>
              <td>{formatValue(weights[name], 0.1)}</td>
              <td>{formatValue(added[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="why-below" role="status">
        {updates === 0 || loss === null
          ? t('The shares appear with the first update.')
          : t('Together, after update {update}: loss {loss}.', {
              update: updates.toLocaleString('en'),
              loss: formatValue(loss),
            })}
      </p>
    </section>
  );
}
