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
  onChange(value: number): void;
}

/** A number to type; the setting changes only when the number is allowed. */
export function NumberInput({ id, value, least, most, step = 1, disabled, onChange }: NumberProperties) {
  return (
    <input
      // A new value from elsewhere (a preset) replaces what was typed.
      key={value}
      id={id}
      type="number"
      aria-describedby={`${id}-why`}
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
