import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import { EmptyChart } from '../charts/empty_chart';
import { useTraining } from '../state/training';
import { displayOf, formatValue } from '../units';

const LineChart = lazy(() => import('../charts/line_chart'));

/** What the Train room says: the run's numbers and curves. */
export function TrainFigures() {
  const { loss, learningRate, rate, parameterCount, curves, updates } = useTraining();
  return (
    <>
      <dl className="figures-grid">
        <Figure label="Loss" value={loss} />
        <Figure label="Samples/s" value={rate} />
        <Figure label="Learning rate" value={learningRate} />
        <Figure label="Parameters" value={parameterCount} whole />
      </dl>
      {updates === 0 ? (
        <EmptyChart title="Loss" height={180}>
          The curve starts with the first update.
        </EmptyChart>
      ) : (
        <Suspense fallback={<div className="chart" style={{ height: 400 }} />}>
          <LineChart
            title="Loss"
            xLabel="update"
            x={curves.update}
            series={[{ label: 'train', values: curves.loss, colour: '--accent' }]}
            length={updates}
            height={180}
            logarithmic
          />
          <LineChart
            title="Gradient norm"
            xLabel="update"
            x={curves.update}
            series={[
              {
                label: formatValue(curves.gradientNorm[curves.gradientNorm.length - 1]),
                values: curves.gradientNorm,
                colour: '--second',
              },
            ]}
            length={updates}
            height={124}
            logarithmic
          />
        </Suspense>
      )}
      <LossByVariable />
    </>
  );
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

function LossByVariable() {
  const lossByVariable = useTraining((state) => state.lossByVariable);
  const entries = Object.entries(lossByVariable).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return null;
  const largest = entries[0][1];
  return (
    <section className="section">
      <h2>Loss by variable</h2>
      <div className="bars">
        {entries.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <span>{displayOf(name).label}</span>
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
