import { dismiss, useNotices } from '../state/notices';
import { t } from '../words/words';
import { CloseIcon } from './icons';

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="notices" aria-live="polite">
      {notices.map(({ id, tone, text, action }) => (
        <div key={id} className={`notice ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
          <p>{text}</p>
          {action && (
            <button
              type="button"
              className="button"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
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
      ))}
    </div>
  );
}
