import type { ReactNode } from 'react';
import type { ModelConfig } from '../../graphcast/config';
import { closeCheckpoint } from '../state/changed_files';
import { useData } from '../state/data';
import { type Fixed, useModel } from '../state/lessons_model';
import { stopRun } from '../state/runs';
import { t } from '../words/words';
import { Setting } from './setting';

interface Properties {
  id: string;
  label: string;
  why: string;
  /** Reads the size from the network as it is. */
  of(model: ModelConfig): number;
  input(value: number, disabled: boolean): ReactNode;
}

/** A size of the network; where an open run or checkpoint fixes it, the way to free it. */
export function SizeControl({ id, label, why, of, input }: Properties) {
  const { model, fixed } = useModel();
  return (
    <>
      <Setting id={id} label={label} why={why}>
        {input(of(model), fixed !== null)}
      </Setting>
      <FreeSizes fixed={fixed} />
    </>
  );
}

function FreeSizes({ fixed }: { fixed: Fixed }) {
  const isStarter = useData(({ checkpoint }) => checkpoint?.starter === true);
  if (fixed === null) return null;
  return (
    <p className="why-below">
      {fixed === 'run'
        ? t('The open run fixes the network’s sizes.')
        : t('The open checkpoint fixes the network’s sizes.')}{' '}
      <button
        type="button"
        className="text-button"
        onClick={() => void (fixed === 'run' ? stopRun() : closeCheckpoint())}
      >
        {fixed === 'run'
          ? t('Stop the run')
          : isStarter
            ? t('Put the starter aside')
            : t('Close the checkpoint')}
      </button>
    </p>
  );
}
