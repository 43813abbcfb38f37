import { UNDO_KEYS } from '../keyboard';
import { act, dismiss, useNotices } from '../state/notices';
import { t } from '../words/words';
import { CloseIcon } from './icons';

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="notices" aria-live="polite">
      {notices.map((notice) => {
        const { id, tone, text, action } = notice;
        return (
          <div key={id} className={`notice ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
            <p>{text}</p>
            {action && (
              <button
                type="button"
                className="button"
                title={action.undoes && UNDO_KEYS.keys.join('+')}
                onClick={() => act(notice)}
              >
                {t(action.label)}
              </button>
            )}
            <button
              type="button"
              className="button bare icon"
              aria-label={t('Dismiss')}
              onClick={() => dismiss(id)}
            >
              <CloseIcon />
            </button>
          </div>
        );
      })}
    </div>
  );
}
