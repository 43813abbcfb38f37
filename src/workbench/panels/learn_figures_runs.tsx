/** Figures of the lessons on training and rolling out: curves of the live run, scores of the shown forecast. */
import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import { schedulePoints } from '../../training/schedule_points';
import { phasesOf } from '../../worker/run_phases';
import { EmptyChart } from '../charts/empty_chart';
import { shownName, useLessonRuns } from '../state/lessons_runs';
import { useShownField } from '../state/shown_field';
import { isRunOpen, useTraining } from '../state/training';
import { useView } from '../state/view';
import { differenceToShown, fieldTitle, formatLead, formatValue } from '../units';
import { t } from '../words/words';

const LineChart = lazy(() => import('../charts/line_chart'));

const CHART_HEIGHT = 220;
/** Global norm that gradients are clipped at: the paper's, and a run's here (spec 11). */
const CLIP_NORM = 32;

type ChartProperties = Parameters<typeof LineChart>[0];

function Chart(properties: Omit<ChartProperties, 'height'>) {
  return (
    <Suspense fallback={<div className="chart" style={{ height: CHART_HEIGHT + 48 }} />}>
      <LineChart {...properties} height={CHART_HEIGHT} />
    </Suspense>
  );
}

export function GradientNormFigure() {
  const { curves, updates } = useTraining();
  const norms = curves.gradientNorm;
  if (updates === 0) {
    return (
      <EmptyChart title={t('Gradient norm')} height={CHART_HEIGHT}>
        {t('Train: the curve starts with the first update.')}
      </EmptyChart>
    );
  }
  const clipped = norms.filter((norm) => norm > CLIP_NORM).length;
  return (
    <>
      <Chart
        title={t('Gradient norm')}
        xLabel={t('update')}
        x={curves.update}
        series={[
          { label: t('norm'), values: norms, colour: '--accent' },
          { label: t('limit 32'), values: norms.map(() => CLIP_NORM), colour: '--second', dashed: true },
        ]}
        length={updates}
        logarithmic
      />
      <section className="section">
        <p role="status">
          {t('{clipped} of {shown} gradients were longer than 32 and were scaled back.', {
            clipped,
            shown: norms.length,
          })}
        </p>
      </section>
    </>
  );
}

export function LearningCurveFigure() {
  const { curves, updates, loss, settings } = useTraining();
  const before = useLessonRuns((runs) => runs.runBefore);
  if (updates === 0 && !before) {
    return (
      <EmptyChart title={t('Loss')} height={CHART_HEIGHT}>
        {t('Train: the curve starts with the first update.')}
      </EmptyChart>
    );
  }
  const rate = Math.max(...curves.learningRate, 0) || settings.learningRate;
  return (
    <>
      <Chart
        title={t('Loss')}
        xLabel={t('update')}
        x={curves.update}
        series={[
          { label: t('η to {rate}', { rate: formatValue(rate) }), values: curves.loss, colour: '--accent' },
          {
            label: before
              ? t('before, η to {rate}', { rate: formatValue(before.learningRate) })
              : t('before'),
            x: before?.update ?? [],
            values: before?.loss ?? [],
            colour: '--second',
            dashed: true,
          },
        ]}
        length={updates}
        logarithmic
      />
      <dl className="figures-grid">
        <div>
          <dt>{t('Loss now')}</dt>
          <dd>{loss === null ? '–' : formatValue(loss)}</dd>
        </div>
        <div>
          <dt>{t('Run before, at its end')}</dt>
          <dd>{before ? formatValue(before.loss[before.loss.length - 1]) : '–'}</dd>
        </div>
      </dl>
    </>
  );
}

/** The rate by update as the next run will have it, or the open one has, with the updates done. */
export function ScheduleFigure() {
  const { settings, phase, config, curves, updates, learningRate } = useTraining();
  const planned = useLessonRuns((runs) => runs.updates);
  const isOpen = isRunOpen(phase) && config !== null;
  const phases = isOpen ? config.phases : phasesOf({ ...settings, updates: planned });
  const points = schedulePoints(phases);
  return (
    <>
      <Chart
        title={t('Learning rate')}
        xLabel={t('update')}
        x={points.map(({ update }) => update)}
        series={[
          {
            label: t('planned'),
            values: points.map((point) => point.learningRate),
            colour: '--second',
            dashed: true,
          },
          { label: t('done'), x: curves.update, values: curves.learningRate, colour: '--accent' },
        ]}
        length={updates}
      />
      <dl className="figures-grid">
        <div>
          <dt>{t('Update')}</dt>
          <dd>{updates.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>{t('Learning rate now')}</dt>
          <dd>{learningRate === null ? '–' : formatValue(learningRate)}</dd>
        </div>
      </dl>
    </>
  );
}

/** RMSE of the shown field by lead time, beside persistence and the forecast before. */
export function ErrorGrowthFigure() {
  const { scores, display, level } = useShownField();
  const { leadHours } = useView();
  const kept = useLessonRuns((runs) => runs.scoresBefore);
  const title = t('RMSE, {unit}', { unit: display.differenceUnit || t('no unit') });
  if (!scores || scores.leadHours.length === 0) {
    return (
      <EmptyChart title={title} height={CHART_HEIGHT}>
        {t('Run a forecast: its error appears beside that of no change at all.')}
      </EmptyChart>
    );
  }
  const before = kept?.field === shownName() ? kept.scores : null;
  const shown = (values: number[]) => [0, ...values.map((value) => differenceToShown(value, display))];
  const at = scores.leadHours.indexOf(leadHours);
  const value = (values: number[]) => (at < 0 ? '–' : formatValue(differenceToShown(values[at], display)));
  return (
    <>
      <Chart
        title={title}
        xLabel={t('hour')}
        x={[0, ...scores.leadHours]}
        series={[
          { label: t('forecast'), values: shown(scores.forecast), colour: '--accent' },
          { label: t('persistence'), values: shown(scores.persistence), colour: '--second', dashed: true },
          {
            label: t('before'),
            x: before ? [0, ...before.leadHours] : [],
            values: before ? shown(before.forecast) : [],
            colour: '--third',
            dashed: true,
          },
        ]}
        length={scores.leadHours.length}
        xSteps={[6, 12, 24, 48]}
      />
      <section className="section">
        <h2>
          {fieldTitle(t(display.label), level)}, {formatLead(leadHours)}
        </h2>
        <dl className="facts wide">
          <dt>{t('Forecast')}</dt>
          <dd>
            {value(scores.forecast)} {display.differenceUnit}
          </dd>
          <dt>{t('Persistence')}</dt>
          <dd>
            {value(scores.persistence)} {display.differenceUnit}
          </dd>
        </dl>
      </section>
    </>
  );
}
