import { useState } from 'react';
import { type Periods as Division, PERIOD_NAMES, type PeriodName } from '../../weather/periods';
import {
  datesOf,
  datesOfData,
  dayCount,
  PERIOD_WORDS,
  periodProblem,
  placeInData,
} from '../state/divided_days';
import { addPeriod, changePeriod, isUsable, removePeriod, useHeldOut } from '../state/held_out';
import { useTraining } from '../state/training';
import { t } from '../words/words';

/** The dates of training, validation and test: as a picture, and to be chosen while no run is open. */
export function Periods({ fixed }: { fixed: boolean }) {
  const { times, draft } = useHeldOut();
  const settings = useTraining((training) => training.settings);
  const data = datesOfData(times);
  if (!data) return null;
  const periods: Division = draft ?? settings.periods ?? { train: data };
  const problem = draft && periodProblem(draft, times);
  return (
    <div className="periods">
      <PeriodsPicture periods={periods} />
      {fixed ? (
        <FixedPeriods periods={periods} />
      ) : (
        <PeriodFields periods={periods} data={data} bad={problem?.names ?? []} />
      )}
      {problem && (
        <p className="why-below warning" id="periods-problem" role="alert">
          {problem.words}
        </p>
      )}
      <p className="why-below">
        {t(
          'First and last day of each, from {first} to {last}. GraphCast: 1979 to 2015, 2016 and 2017, and from 2018 for tests.',
          { first: data[0], last: data[1] },
        )}
      </p>
    </div>
  );
}

/** Where the periods lie in the data. */
function PeriodsPicture({ periods }: { periods: Division }) {
  const times = useHeldOut((state) => state.times);
  return (
    <div className="periods-picture" aria-hidden="true">
      {PERIOD_NAMES.map((name) => {
        const place = placeInData(times, periods, name);
        if (!place) return null;
        const { start, end } = place;
        return (
          <i
            key={name}
            data-period={name}
            style={{ left: `${100 * start}%`, width: `${100 * (end - start)}%` }}
          />
        );
      })}
    </div>
  );
}

/** As the run's configuration has them. */
function FixedPeriods({ periods }: { periods: Division }) {
  return (
    <dl className="facts">
      {PERIOD_NAMES.map((name) => {
        const range = periods[name];
        if (!range) return null;
        return (
          <div key={name} style={{ display: 'contents' }}>
            <dt data-period={name}>{t(PERIOD_WORDS[name])}</dt>
            <dd>{range[0] === range[1] ? range[0] : range.join(' – ')}</dd>
          </div>
        );
      })}
    </dl>
  );
}

interface FieldsProperties {
  periods: Division;
  /** First and last day of the data. */
  data: [string, string];
  /** Whose dates cannot be used. */
  bad: PeriodName[];
}

function PeriodFields({ periods, data, bad }: FieldsProperties) {
  return PERIOD_NAMES.map((name) => {
    const dates = datesOf(periods, name);
    const words = t(PERIOD_WORDS[name]);
    const days = dayCount(periods, name);
    const field = (end: 0 | 1) => (
      <DateInput
        label={t(end === 0 ? '{period}: first day' : '{period}: last day', { period: words })}
        value={dates?.[end] ?? ''}
        within={data}
        isBad={bad.includes(name)}
        isUsable={(date) => isUsable(name, replaced(dates!, end, date))}
        onChange={(date) => changePeriod(name, replaced(dates!, end, date))}
      />
    );
    return (
      <fieldset key={name} className="period">
        <legend data-period={name}>
          {name === 'train' ? (
            words
          ) : (
            <label className="period-choice">
              <input
                type="checkbox"
                className="period-check"
                checked={dates !== undefined}
                onChange={({ target }) => (target.checked ? addPeriod(name) : removePeriod(name))}
              />
              {words}
            </label>
          )}
        </legend>
        {dates && days > 0 && <small>{days === 1 ? t('1 day') : t('{count} days', { count: days })}</small>}
        {dates && (
          <div className="period-dates">
            {field(0)}
            <span aria-hidden="true">–</span>
            {field(1)}
          </div>
        )}
      </fieldset>
    );
  });
}

function replaced(dates: [string, string], end: 0 | 1, date: string): [string, string] {
  return end === 0 ? [date, dates[1]] : [dates[0], date];
}

interface DateProperties {
  label: string;
  value: string;
  within: [string, string];
  isBad: boolean;
  isUsable(date: string): boolean;
  onChange(date: string): void;
}

/** A day to type or to choose: taken at once when it can be used, else when the field is left, so that it can be typed. */
function DateInput({ label, value, within, isBad, isUsable, onChange }: DateProperties) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = () => {
    // An empty field is no day: the one before comes back.
    if (typed && typed !== value) onChange(typed);
    setTyped(null);
  };
  return (
    <input
      type="date"
      aria-label={label}
      aria-invalid={isBad || undefined}
      aria-describedby={isBad ? 'periods-problem' : undefined}
      min={within[0]}
      max={within[1]}
      value={typed ?? value}
      onChange={({ target }) => {
        setTyped(target.value);
        if (target.value !== '' && isUsable(target.value)) onChange(target.value);
      }}
      onBlur={take}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') currentTarget.blur();
      }}
    />
  );
}
