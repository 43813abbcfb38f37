import '../charts/charts.css';
import './train.css';
import { lazy, Suspense } from 'react';
import { EmptyChart } from '../charts/empty_chart';
import { useRuns } from '../state/runs';
import { useTraining } from '../state/training';
import { displayOf, formatValue } from '../units';
import { t } from '../words/words';
import { RunTable } from './train_runs';

const TrainCurves = lazy(() => import('./train_curves'));

/** What the Train room says: the run's numbers, its curves, what is out of the ordinary, and the runs so far. */
export function TrainFigures() {
  const { loss, learningRate, rate, parameterCount, curves, updates, validation, config } = useTraining();
  const anyDrawn = useRuns(({ drawn }) => Object.keys(drawn).length > 0);
  const samples = rate === null ? null : rate * (config?.batch_size ?? 1);
  return (
    <>
      <dl className="figures-grid">
        <Figure label={t('Loss')} value={loss} />
        <Figure label={t('Validation loss')} value={validation?.loss ?? null} />
        <Figure label={t('Samples/s')} value={samples} />
        <Figure label={t('Learning rate')} value={learningRate} />
        <Figure label={t('GPU memory, MiB')} value={mebibytes(curves.bytes.at(-1))} />
        <Figure label={t('Parameters')} value={parameterCount} whole />
      </dl>
      <Alarms />
      {updates === 0 && !anyDrawn ? (
        <EmptyChart title={t('Loss')} height={180}>
          {t('The curve starts with the first update.')}
        </EmptyChart>
      ) : (
        <Suspense fallback={<div className="chart" style={{ height: 400 }} />}>
          <TrainCurves />
        </Suspense>
      )}
      <LossByVariable />
      <RunTable />
    </>
  );
}

function mebibytes(bytes: number | null | undefined): number | null {
  return bytes ? bytes / 2 ** 20 : null;
}

function Figure({ label, value, whole }: { label: string; value: number | null; whole?: boolean }) {
  const text =
    value === null
      ? '–'
      : whole
        ? value.toLocaleString('en')
        : formatValue(value)
            .replace(/(\.\d*?)0+$/, '$1')
            .replace(/\.$/, '');
  return (
    <div>
      <dt>{label}</dt>
      <dd>{text}</dd>
    </div>
  );
}

/** What was out of the ordinary, the latest first. */
function Alarms() {
  const alarms = useTraining((state) => state.alarms);
  if (alarms.length === 0) return null;
  return (
    <section className="section alarms">
      <h2>{t('Alarms')}</h2>
      <ul>
        {alarms.toReversed().map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </section>
  );
}

function LossByVariable() {
  const lossByVariable = useTraining((state) => state.lossByVariable);
  const entries = Object.entries(lossByVariable).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return null;
  const largest = entries[0][1];
  return (
    <section className="section">
      <h2>{t('Loss by variable')}</h2>
      <div className="bars">
        {entries.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <span>{t(displayOf(name).label)}</span>
            <span className="bar">
              <i style={{ width: `${(100 * value) / largest}%` }} />
            </span>
            <span className="value">{formatValue(value)}</span>
          </div>
        ))}
      </div>
    </section>
  );
}
