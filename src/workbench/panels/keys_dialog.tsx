import { useEffect, useRef } from 'react';
import { KEY_ACTIONS, TURN_KEYS, UNDO_KEYS } from '../keyboard';
import { useView } from '../state/view';
import { t } from '../words/words';
import { CloseIcon } from './icons';

const ROWS = [...KEY_ACTIONS.slice(0, -2), TURN_KEYS, UNDO_KEYS, ...KEY_ACTIONS.slice(-2)];

export function KeysDialog() {
  const open = useView((view) => view.keysOpen);
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => useView.setState({ keysOpen: false });

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys-title">
      <div className="title">
        <span id="keys-title">{t('Keys')}</span>
        <button type="button" className="button bare icon" aria-label={t('Close')} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <dl className="keys">
        {ROWS.map(({ keys, words }) => (
          <div key={words} style={{ display: 'contents' }}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
