import { useEffect } from 'react';
import { useDevice } from '../state/device';
import { useForecasts } from '../state/forecast';
import { isRunOpen, useTraining } from '../state/training';
import { formatSpan, formatValue } from '../units';
import { t } from '../words/words';

/** The truth about the run, always in the same place. */
export function StatusLine() {
  useProgressInTitle();
  return (
    <footer className="status">
      <div className="figures">
        <RunFigures />
      </div>
      <Adapter />
    </footer>
  );
}

/** A run can be followed from another tab. */
function useProgressInTitle(): void {
  const percent = useTraining(({ phase, updates, total }) =>
    phase === 'running' && total > 0 ? Math.floor((100 * updates) / total) : null,
  );
  useEffect(() => {
    document.title = percent === null ? 'GraphCast Workbench' : `${percent} % · GraphCast Workbench`;
  }, [percent]);
}

function RunFigures() {
  const { phase, note, progress, updates, total, rate, loss, config, alarms } = useTraining();
  const running = useForecasts((state) => state.running);
  if (running) {
    const left =
      running.secondsPerStep === null ? null : (running.steps - running.done) * running.secondsPerStep;
    return (
      <>
        <span>
          {t('forecast step')} <strong>{running.done}</strong> / {running.steps}
        </span>
        {left !== null && <span>{t('{span} left', { span: formatSpan(left) })}</span>}
      </>
    );
  }
  if (phase === 'preparing') {
    return (
      <span>
        {t(note || 'Preparing the run')}… {progress && `${progress.done} / ${progress.total}`}
      </span>
    );
  }
  if (updates === 0 && !isRunOpen(phase)) return <span>{t('No run yet')}</span>;
  return (
    <>
      <span>
        {t('update')} <strong>{updates.toLocaleString('en')}</strong> / {total.toLocaleString('en')}
      </span>
      {rate !== null && phase === 'running' && (
        <>
          <span>
            <strong>{formatValue(rate * (config?.batch_size ?? 1))}</strong> {t('samples/s')}
          </span>
          <span>{t('{span} left', { span: formatSpan((total - updates) / rate) })}</span>
        </>
      )}
      {phase === 'running' && note !== '' && <span>{t(note)}…</span>}
      {phase !== 'running' && <span>{t(phase)}</span>}
      {loss !== null && (
        <span>
          {t('loss')} <strong>{formatValue(loss)}</strong>
        </span>
      )}
      {alarms.length > 0 && (
        <span className="alarm" title={alarms[alarms.length - 1].message}>
          {t('alarm: {kind}', { kind: t(alarms[alarms.length - 1].kind) })}
        </span>
      )}
    </>
  );
}

function Adapter() {
  const { status, name, software } = useDevice();
  const busy = useTraining(({ phase }) => phase === 'running');
  const words = {
    looking: t('Looking for a WebGPU adapter…'),
    ready: software ? t('{name} (software, slow)', { name }) : name,
    missing: t('No WebGPU'),
    lost: t('GPU device lost'),
    stopped: t('Engine stopped'),
  }[status];
  const tone =
    status === 'ready' ? (busy ? 'busy' : software ? 'slow' : 'good') : status === 'looking' ? '' : 'bad';
  const content = (
    <>
      <span className={`dot ${tone}`} />
      <span className="name">{words}</span>
    </>
  );
  if (status === 'missing') {
    return (
      <button
        type="button"
        className="adapter"
        aria-label={t('{problem}: what to do', { problem: words })}
        onClick={() => useDevice.setState({ dismissed: false })}
      >
        {content}
      </button>
    );
  }
  return (
    <div className="adapter" title={words}>
      {content}
    </div>
  );
}
