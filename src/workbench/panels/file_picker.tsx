import { type ReactNode, useRef } from 'react';
import { openFiles } from '../state/changed_files';

interface Properties {
  className: string;
  /** What the system's dialog offers first. */
  kind: 'statistics' | 'checkpoint' | 'scores' | 'any' | 'folder';
  label?: string;
  title?: string;
  disabled?: boolean;
  /** What is done with them; by their names when left out. */
  onFiles?: (files: File[]) => Promise<void>;
  children: ReactNode;
}

const ACCEPTED = {
  statistics: '.nc',
  checkpoint: '.npz',
  scores: '.json',
  any: '.nc,.nc4,.netcdf,.h5,.zip,.npz',
  folder: undefined,
};

/** A button that opens the system's file dialog; what the files are is decided by their names. */
export function FilePicker({
  className,
  kind,
  label,
  title,
  disabled,
  onFiles = openFiles,
  children,
}: Properties) {
  const input = useRef<HTMLInputElement | null>(null);
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
        ref={(element) => {
          input.current = element;
          // Not among React's attributes.
          element?.toggleAttribute('webkitdirectory', kind === 'folder');
        }}
        type="file"
        hidden
        multiple={kind !== 'checkpoint' && kind !== 'scores'}
        accept={ACCEPTED[kind]}
        data-kind={kind}
        onChange={(event) => {
          void onFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again after it was corrected.
          event.target.value = '';
        }}
      />
    </>
  );
}
