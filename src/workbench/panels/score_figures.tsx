import './score.css';
import { type CSSProperties, lazy, Suspense } from 'react';
import { prettyUnits, shortName } from '../../forecast/field_names';
import { linesOf, valuesOf } from '../../forecast/scorecard_html';
import type { ScoredField } from '../../forecast/scores_file';
import { EmptyChart } from '../charts/empty_chart';
import { wordsOfParameters } from '../state/data';
import { baselineOf, cardOf, showScore, useScores } from '../state/scores';
import { useView } from '../state/view';
import { t } from '../words/words';
import { type ScoreCell, scoreRows } from './score_table';

const LineChart = lazy(() => import('../charts/line_chart'));

const COLOURS = {
  forecast: '--accent',
  against: '--third',
  persistence: '--second',
  climatology: '--faint',
} as const;

/** The scorecard as it fills, and the curves of the field that was clicked. */
export function ScoreFigures() {
  const { scores, against, baseline, metric, region, field } = useScores();
  const card = cardOf({ scores, against });
  const running = useScores((state) => state.running !== null);
  const leadHours = useView((view) => view.leadHours);
  if (!card || card.scores.lead_hours.length === 0) {
    return (
      <EmptyChart title={t('Scorecard')} height={220}>
        {running
          ? t('The first scores come with the first forecast.')
          : t('Score forecasts, and see by variable and lead time where they beat no change at all.')}
      </EmptyChart>
    );
  }
  const line = baselineOf(card, baseline);
  const { heads, rows } = scoreRows(card, line, metric, region);
  const chosen = rows.find((row) => row.field.id === field) ?? rows[0];
  const { count, planned } = card.scores.initial_times;
  return (
    <>
      {chosen && (
        <div className="score-curves">
          <Curves field={chosen.field} />
        </div>
      )}
      <section className="section">
        <h2>
          {line
            ? metric === 'rmse'
              ? t('RMSE relative to {baseline}', { baseline: t(line.name) })
              : t('Anomaly correlation, coloured against {baseline}', { baseline: t(line.name) })
            : metric === 'rmse'
              ? t('RMSE')
              : t('Anomaly correlation')}
        </h2>
        <p className="score-about">
          {t('{name} · {count} of {planned} forecasts', {
            name: wordsOfParameters(card.scores.name),
            count,
            planned,
          })}
        </p>
        {rows.length === 0 && (
          <p className="empty-note">
            {t('No anomaly correlation without a climatology: the data are too short or too long for one.')}
          </p>
        )}
        <table className="scorecard">
          <thead>
            <tr>
              <th scope="col">{t('Field')}</th>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.field.id} className={row === chosen ? 'shown' : ''}>
                <th scope="row" title={row.field.id.replaceAll('_', ' ')}>
                  {row.name}
                </th>
                {row.cells.map((cell) => (
                  <Cell
                    key={cell.leadHours}
                    cell={cell}
                    name={row.name}
                    shown={row === chosen && cell.leadHours === leadHours}
                    onClick={() => void showScore(row.field, cell.leadHours)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <ul className="score-key" aria-label={t('Colours')}>
          <li style={shadeStyle(-1)}>{t('smaller error')}</li>
          <li style={shadeStyle(1)}>{t('larger error')}</li>
        </ul>
        {card.scores.warnings.map((warning) => (
          <p key={warning} className="score-warning">
            {warning}
          </p>
        ))}
      </section>
    </>
  );
}

function Cell(props: { cell: ScoreCell; name: string; shown: boolean; onClick(): void }) {
  const { cell, name, shown, onClick } = props;
  const { text, title, verdict, leadHours } = cell;
  return (
    <td style={verdict === null ? undefined : shadeStyle(verdict)} className={shown ? 'shown' : ''}>
      <button
        type="button"
        title={title}
        aria-label={t('{field}, {hours} h: {text}. Show its error and its curve.', {
          field: name,
          hours: leadHours,
          text,
        })}
        onClick={onClick}
      >
        {text}
      </button>
    </td>
  );
}

function shadeStyle(verdict: number): CSSProperties {
  const colour = verdict < 0 ? 'var(--accent)' : 'var(--bad)';
  return {
    background: `color-mix(in srgb, ${colour} ${Math.round(55 * Math.abs(verdict))}%, transparent)`,
  };
}

function Curves({ field }: { field: ScoredField }) {
  const { scores, against, metric, region } = useScores();
  const card = cardOf({ scores, against })!;
  const unit = metric === 'rmse' ? prettyUnits(field.units) : '';
  const score = metric === 'rmse' ? 'RMSE' : 'ACC';
  const series = linesOf(card)
    .map((line) => ({
      label: wordsOfParameters(line.name),
      values: valuesOf(card, line, metric, field.id, region),
      colour: COLOURS[line.id],
      dashed: line.id !== 'forecast',
    }))
    .filter(({ values }) => values.some((value) => value !== null));
  return (
    <Suspense fallback={<div className="chart" style={{ height: 208 }} />}>
      <LineChart
        title={`${shortName(field)} ${score}${unit && `, ${unit}`}`}
        xLabel={t('hour')}
        x={card.scores.lead_hours}
        series={series}
        length={card.scores.initial_times.count}
        height={160}
        xSteps={[6, 12, 24, 48, 72, 120, 240]}
      />
    </Suspense>
  );
}
