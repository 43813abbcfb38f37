import type { ValidationReport } from '../../worker/protocol';
import { VALIDATE_EVERY } from '../../worker/run_phases';
import { useData } from '../state/data';
import { heldOutShare } from '../state/divided_days';
import { holdOut, useHeldOut } from '../state/held_out';
import { changeSetting, isRunOpen, useTraining } from '../state/training';
import { formatValue } from '../units';
import { t } from '../words/words';
import { NumberInput, RangeInput, Setting } from './setting';
import { Periods } from './train_periods';

/** Which days are held out, and how often the network is scored on them. */
export function ValidationSection() {
  const { settings, phase } = useTraining();
  const { times } = useHeldOut();
  const hasData = useData((data) => data.dataset !== null);
  const fixed = isRunOpen(phase);
  const { periods } = settings;
  return (
    <section className="section">
      <h2>{t('Validation')}</h2>
      <Setting
        id="held-out"
        label={t('Held out')}
        why={t('Share of the days that are not trained on, in %; moving it holds out the last ones.')}
      >
        <RangeInput
          id="held-out"
          value={heldOutShare(times, periods)}
          least={0}
          most={90}
          disabled={fixed || !hasData}
          onChange={holdOut}
        />
      </Setting>
      {hasData && <Periods fixed={fixed} />}
      {periods?.validation ? (
        <Setting
          id="validate-every"
          label={t('Validate every')}
          why={t('Updates between two scores on held-out days: loss and RMSE to 72 h, of 4 forecasts.')}
        >
          <NumberInput
            id="validate-every"
            value={settings.validateEvery ?? VALIDATE_EVERY}
            least={1}
            most={1e6}
            disabled={fixed}
            onChange={(value) => changeSetting('validateEvery', value)}
          />
        </Setting>
      ) : (
        <p className="empty-note">
          {t('Without validation nothing tells whether the network learns its days by heart.')}
        </p>
      )}
      <ValidationScores />
    </section>
  );
}

/** The latest validation, beside forecasts that learn nothing: that the weather stays as it is, or is as usual. */
function ValidationScores() {
  const validation = useTraining((state) => state.validation);
  if (!validation) return null;
  const { rmse, update } = validation;
  return (
    <>
      <RatioTable
        {...validation}
        baseline={rmse.persistence}
        caption={t('RMSE over persistence’s, after update {update}', { update })}
      />
      {rmse.climatology && (
        <RatioTable
          {...validation}
          baseline={rmse.climatology}
          caption={t('RMSE over climatology’s, by day of the year from the training days')}
        />
      )}
    </>
  );
}

interface RatioTableProperties extends Pick<ValidationReport, 'rmse' | 'leadHours'> {
  baseline: ValidationReport['rmse']['persistence'];
  caption: string;
}

function RatioTable({ rmse, leadHours, baseline, caption }: RatioTableProperties) {
  const fields = Object.keys(rmse.forecast).slice(0, 6);
  return (
    <table className="score-table validation-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('Field')}</th>
          {leadHours.map((hours) => (
            <th key={hours} scope="col">
              {hours} h
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field}>
            <th scope="row">{field.replaceAll('_', ' ')}</th>
            {leadHours.map((hours, i) => {
              const ratio = rmse.forecast[field][i] / baseline[field][i];
              return (
                <td key={hours} className={ratio < 1 ? 'better' : 'worse'}>
                  {formatValue(ratio)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
