import './panels.css';
import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import { EmptyChart } from '../charts/empty_chart';
import { useShownField } from '../state/shown_field';
import { showLead, useView } from '../state/view';
import { differenceToShown, fieldTitle, formatLead, formatValue } from '../units';
import { t } from '../words/words';

const LineChart = lazy(() => import('../charts/line_chart'));

/** What the Forecast room says: how good the shown field is by lead time, beside persistence. */
export function ForecastFigures() {
  const { scores, display, level } = useShownField();
  const leadHours = useView((view) => view.leadHours);
  const shown = (values: number[]) => values.map((value) => differenceToShown(value, display));
  const leads = scores?.leadHours ?? [];
  const forecast = shown(scores?.forecast ?? []);
  const persistence = shown(scores?.persistence ?? []);
  const title = t('RMSE, {unit}', { unit: display.differenceUnit || t('no unit') });
  if (leads.length === 0) {
    return (
      <EmptyChart title={title} height={200}>
        {t('Run a forecast to compare it with the truth, and with no change at all.')}
      </EmptyChart>
    );
  }

  return (
    <>
      <Suspense fallback={<div className="chart" style={{ height: 248 }} />}>
        <LineChart
          title={title}
          xLabel={t('hour')}
          x={[0, ...leads]}
          series={[
            { label: t('forecast'), values: [0, ...forecast], colour: '--accent' },
            { label: t('persistence'), values: [0, ...persistence], colour: '--second', dashed: true },
          ]}
          length={leads.length}
          height={200}
          xSteps={[6, 12, 24, 48, 72, 120, 240]}
        />
      </Suspense>
      <section className="section">
        <h2>{fieldTitle(t(display.label), level)}</h2>
        <table className="score-table">
          <thead>
            <tr>
              <th scope="col">{t('Lead')}</th>
              <th scope="col">{t('Forecast')}</th>
              <th scope="col">{t('Persistence')}</th>
              <th scope="col">{t('Change')}</th>
            </tr>
          </thead>
          <tbody>
            {leads.map((lead, i) => (
              <tr key={lead} className={lead === leadHours ? 'shown' : ''}>
                <th scope="row">
                  <button type="button" onClick={() => showLead(lead)}>
                    {formatLead(lead)}
                  </button>
                </th>
                <td>{formatValue(forecast[i])}</td>
                <td>{formatValue(persistence[i])}</td>
                <td className={verdict(forecast[i], persistence[i])}>
                  {percentChange(forecast[i], persistence[i])}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** '−34 %': forecast relative to persistence; a large one as a factor. */
function percentChange(forecast: number, persistence: number): string {
  const ratio = forecast / persistence;
  if (!Number.isFinite(ratio)) return '–';
  if (ratio >= 3) return `× ${formatValue(ratio)}`;
  const percent = Math.round((ratio - 1) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)} %`;
}

/** Within half a percent of persistence a forecast is neither better nor worse. */
function verdict(forecast: number, persistence: number): string {
  const change = forecast / persistence - 1;
  if (change < -0.005) return 'better';
  return change > 0.005 ? 'worse' : '';
}
