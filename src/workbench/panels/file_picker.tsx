import { type ReactNode, useRef } from 'react';
import { openFiles } from '../state/data';

interface Properties {
  className: string;
  /** What the system's dialog offers first. */
  kind: 'dataset' | 'statistics' | 'checkpoint' | 'any';
  label?: string;
  title?: string;
  disabled?: boolean;
  children: ReactNode;
}

const ACCEPTED = {
  dataset: '.nc,.nc4,.netcdf,.h5',
  statistics: '.nc',
  checkpoint: '.npz',
  any: '.nc,.nc4,.netcdf,.h5,.npz',
};

/** A button that opens the system's file dialog; what the files are is decided by their names. */
export function FilePicker({ className, kind, label, title, disabled, children }: Properties) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={label}
        title={title}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={kind !== 'checkpoint' && kind !== 'dataset'}
        accept={ACCEPTED[kind]}
        data-kind={kind}
        onChange={(event) => {
          void openFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again after it was corrected.
          event.target.value = '';
        }}
      />
    </>
  );
}
