import { dismiss, useNotices } from '../state/notices';
import { CloseIcon } from './icons';

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="notices" aria-live="polite">
      {notices.map(({ id, tone, text }) => (
        <div key={id} className={`notice ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
          <p>{text}</p>
          <button type="button" className="button bare icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
