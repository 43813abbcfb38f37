import './panels.css';
import '../charts/charts.css';
import './point_figures.css';
import { useForecasts } from '../state/forecast';
import { usePickedPoint } from '../state/picked_point';
import { pickPlace, showLead, useView } from '../state/view';
import { fieldTitle, formatLead, formatPlace, formatValue } from '../units';
import { t } from '../words/words';
import { CloseIcon } from './icons';
import { PointChart, type PointSeries } from './point_chart';

/** What happens at the picked place: a meteogram of the shown field, and its vertical profile at the shown time. */
export function PointFigures() {
  const pick = useView((view) => view.pick);
  const room = useView((view) => view.room);
  // The Network room reads the picked place in its own way.
  if (!pick || room === 'network') return null;
  return (
    <section className="section point-figures" aria-label={t('Picked place')}>
      <div className="heading">
        <h2>{formatPlace(pick)}</h2>
        <button
          type="button"
          className="button bare icon"
          aria-label={t('Forget the place')}
          title={t('Forget the place: {key}', { key: 'Esc' })}
          onClick={() => pickPlace(null)}
        >
          <CloseIcon />
        </button>
      </div>
      <Meteogram />
      <Profile />
    </section>
  );
}

function Meteogram() {
  const { display, level, leadHours, forecast, truth } = usePickedPoint();
  const shown = useView((view) => view.leadHours);
  const running = useForecasts((state) => state.running !== null);
  if (leadHours.length === 0) return <p className="empty-note">{t('Reading the values…')}</p>;
  const hasForecast = forecast.slice(1).some(Number.isFinite);
  const series: PointSeries[] = [
    { label: t('truth'), colour: '--text', values: truth },
    { label: t('persistence'), colour: '--second', dashed: true, values: leadHours.map(() => truth[0]) },
    ...(hasForecast ? [{ label: t('forecast'), colour: '--accent', values: forecast }] : []),
  ];
  const longest = Math.max(6, leadHours[leadHours.length - 1]);
  const tickStep = [6, 12, 24, 48].find((step) => longest / step <= 6) ?? 48;
  const at = leadHours.indexOf(shown);
  const field = fieldTitle(t(display.label), level);
  return (
    <>
      <h3>
        {field}, {display.unit}
      </h3>
      <Keys series={series} at={at} />
      <PointChart
        label={t('{field} by lead time at the picked place', { field })}
        series={series}
        places={leadHours}
        placeTicks={leadHours.filter((lead) => lead % tickStep === 0)}
        placeText={(lead) => (lead === 0 ? '0 h' : lead < 48 ? `${lead} h` : `${lead / 24} d`)}
        share={(lead) => lead / longest}
        valuesAlong="y"
        marked={at < 0 ? null : shown}
        onChoose={showLead}
      />
      {!hasForecast && !running && (
        <p className="empty-note">{t('Run a forecast to see it beside the truth.')}</p>
      )}
    </>
  );
}

function Profile() {
  const { display, levels, forecastByLevel, truthByLevel } = usePickedPoint();
  const shown = useView((view) => view.leadHours);
  if (levels.length < 2) return null;
  const hasForecast = shown > 0 && forecastByLevel.some(Number.isFinite);
  const series: PointSeries[] = [
    { label: t('truth'), colour: '--text', values: truthByLevel },
    ...(hasForecast ? [{ label: t('forecast'), colour: '--accent', values: forecastByLevel }] : []),
  ];
  const [top, bottom] = [Math.log(levels[0]), Math.log(levels[levels.length - 1])];
  const stride = Math.ceil(levels.length / 7);
  return (
    <>
      <h3>
        {t('Profile at {lead}', { lead: formatLead(shown) })}, {display.unit}
      </h3>
      <Keys series={series} at={-1} />
      <PointChart
        label={t('Vertical profile at the picked place')}
        series={series}
        places={levels}
        placeTicks={levels.filter((_, i) => (levels.length - 1 - i) % stride === 0)}
        placeText={(level) => `${level} hPa`}
        share={(level) => (Math.log(level) - top) / (bottom - top)}
        valuesAlong="x"
        marked={null}
      />
    </>
  );
}

/** Names of the curves, with their values at the shown time. */
function Keys({ series, at }: { series: PointSeries[]; at: number }) {
  return (
    <p className="readout">
      {series.map(({ label, colour, values }) => (
        <span key={label} className="key" style={{ '--series': `var(${colour})` } as React.CSSProperties}>
          {label} {at >= 0 && Number.isFinite(values[at]) && <strong>{formatValue(values[at])}</strong>}
        </span>
      ))}
    </p>
  );
}
