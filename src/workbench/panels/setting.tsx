import type { CSSProperties, ReactNode } from 'react';

interface SettingProperties {
  label: string;
  /** One sentence: what it is, its unit, and the value that GraphCast used. */
  why: string;
  id: string;
  /** The control takes all the room that its label leaves. */
  wide?: boolean;
  children: ReactNode;
}

export function Setting({ label, why, id, wide, children }: SettingProperties) {
  return (
    <div className={wide ? 'setting wide' : 'setting'}>
      <label htmlFor={id}>{label}</label>
      <div className="value">{children}</div>
      <p className="why" id={`${id}-why`}>
        {why}
      </p>
    </div>
  );
}

interface NumberProperties {
  id: string;
  value: number;
  least: number;
  most: number;
  step?: number | 'any';
  disabled: boolean;
  /** Id of what explains the control; its own setting's sentence when left out. */
  describedBy?: string;
  onChange(value: number): void;
}

/** A number to type; the setting changes only when the number is allowed. */
export function NumberInput(props: NumberProperties) {
  const { id, value, least, most, step = 1, disabled, describedBy = `${id}-why`, onChange } = props;
  return (
    <input
      // A new value from elsewhere (a preset) replaces what was typed.
      key={value}
      id={id}
      type="number"
      aria-describedby={describedBy}
      defaultValue={value}
      min={least}
      max={most}
      step={step}
      disabled={disabled}
      onBlur={({ target }) => {
        if (target.checkValidity() && target.value !== '') onChange(Number(target.value));
        else target.value = String(value);
      }}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') currentTarget.blur();
      }}
    />
  );
}

interface SelectProperties<T extends string | number> {
  id: string;
  value: T;
  /** Those for which `isOffered` is false are shown, but cannot be chosen. */
  choices: readonly { value: T; label: string; isOffered?: boolean }[];
  disabled?: boolean;
  onChange(value: T): void;
}

/** One of several values, in the list that the browser has for it. */
export function SelectInput<T extends string | number>(props: SelectProperties<T>) {
  const { id, value, choices, disabled, onChange } = props;
  return (
    <select
      id={id}
      aria-describedby={`${id}-why`}
      value={value}
      disabled={disabled}
      onChange={({ target }) => onChange(choices[target.selectedIndex].value)}
    >
      {choices.map(({ value: choice, label, isOffered = true }) => (
        <option key={choice} value={choice} disabled={!isOffered}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** A whole number on a slider, with the number beside it. */
export function RangeInput({ id, value, least, most, disabled, onChange }: NumberProperties) {
  const filled = { '--filled': `${((value - least) / (most - least)) * 100}%` } as CSSProperties;
  return (
    <>
      <input
        id={id}
        type="range"
        aria-describedby={`${id}-why`}
        min={least}
        max={most}
        value={value}
        disabled={disabled}
        style={filled}
        onChange={({ target }) => onChange(Number(target.value))}
      />
      <output htmlFor={id}>{value}</output>
    </>
  );
}
