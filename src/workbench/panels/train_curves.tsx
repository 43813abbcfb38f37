import { useState } from 'react';
import type { Curves } from '../../worker/run_curves';
import LineChart, { type Series } from '../charts/line_chart';
import { smoothed } from '../charts/smoothing';
import type { Range } from '../charts/zoom';
import { useRuns } from '../state/runs';
import { useTraining } from '../state/training';
import { displayOf } from '../units';
import { t } from '../words/words';
import { RUN_COLOURS } from './train_runs';

/** The loss that is drawn: of all variables together, or of one. */
const TOTAL = '';

/** A figure of every update, drawn for the open run and those beside it. */
type Column = 'gradientNorm' | 'learningRate' | 'samplesPerSecond' | 'bytes';

/** Live curves of the open run, and of the runs that are drawn beside it. All share one part of the x axis. */
export default function TrainCurves() {
  const { curves, updates, runId } = useTraining();
  const { runs, drawn } = useRuns();
  const [variable, setVariable] = useState(TOTAL);
  const [logarithmic, setLogarithmic] = useState(true);
  const [smoothing, setSmoothing] = useState(0);
  const [zoom, setZoom] = useState<Range | null>(null);

  const share = smoothing / 100;
  const others = Object.entries(drawn).flatMap(([id, of], i) => {
    const name = runs.find((run) => run.id === id)?.name ?? '';
    return id === runId ? [] : [{ of, name, colour: RUN_COLOURS[i % RUN_COLOURS.length] }];
  });
  const variables = Object.keys(curves.lossByVariable);
  const shownVariable = variables.includes(variable) ? variable : TOTAL;
  const lossOf = (of: { loss: number[]; lossByVariable: Record<string, number[]> }) =>
    shownVariable === TOTAL ? of.loss : (of.lossByVariable[shownVariable] ?? []);
  /** A line, with the values as they are behind it where it is smoothed. */
  const line = (label: string, colour: string, x: number[], values: (number | null)[]): Series[] => [
    ...(share > 0 ? [{ label: '', colour, x, values, faint: true }] : []),
    { label, colour, x, values: smoothed(values, share) },
  ];
  const validated = (of: Curves, label: string, colour: string): Series[] => {
    const { validation } = of;
    if (validation.update.length === 0) return [];
    return [{ label, colour, x: validation.update, values: lossOf(validation), dashed: true }];
  };
  const columns = (column: Column, scale = 1): Series[] => {
    const values = (of: Curves) => of[column].map((value) => (value === null ? null : value * scale));
    return [
      ...others.flatMap(({ of, name, colour }) => line(name, colour, of.update, values(of))),
      ...line(t('this run'), '--second', curves.update, values(curves)),
    ];
  };
  const shared = {
    ...{ xLabel: t('update'), x: curves.update, length: updates, zoom, onZoom: setZoom },
  };

  return (
    <>
      <div className="curve-options">
        <label>
          <input
            type="checkbox"
            checked={logarithmic}
            onChange={({ target }) => setLogarithmic(target.checked)}
          />
          {t('Log scale')}
        </label>
        <label>
          {t('Smoothing')}
          <input
            type="range"
            min={0}
            max={99}
            value={smoothing}
            style={{ '--filled': `${smoothing / 0.99}%` } as React.CSSProperties}
            onChange={({ target }) => setSmoothing(Number(target.value))}
          />
        </label>
        <button type="button" className="button" disabled={zoom === null} onClick={() => setZoom(null)}>
          {t('Show all')}
        </button>
      </div>
      <LineChart
        {...shared}
        title={t('Loss')}
        heading={
          <label className="curve-choice">
            <h2>{t('Loss')}</h2>
            <select
              aria-label={t('Loss of which variable')}
              value={shownVariable}
              onChange={({ target }) => setVariable(target.value)}
            >
              <option value={TOTAL}>{t('all variables')}</option>
              {variables.map((name) => (
                <option key={name} value={name}>
                  {t(displayOf(name).label)}
                </option>
              ))}
            </select>
          </label>
        }
        series={[
          ...others.flatMap(({ of, name, colour }) => [
            ...line(name, colour, of.update, lossOf(of)),
            ...validated(of, t('{name}, validation', { name }), colour),
          ]),
          ...line(t('train'), '--accent', curves.update, lossOf(curves)),
          ...validated(curves, t('validation'), '--second'),
        ]}
        height={180}
        logarithmic={logarithmic}
      />
      <LineChart
        {...shared}
        title={t('Gradient norm')}
        series={columns('gradientNorm')}
        height={124}
        logarithmic={logarithmic}
      />
      <LineChart {...shared} title={t('Learning rate')} series={columns('learningRate')} height={106} />
      <LineChart {...shared} title={t('Samples/s')} series={columns('samplesPerSecond')} height={106} />
      <LineChart
        {...shared}
        title={t('GPU memory, MiB')}
        series={columns('bytes', 1 / 2 ** 20)}
        height={106}
      />
    </>
  );
}
