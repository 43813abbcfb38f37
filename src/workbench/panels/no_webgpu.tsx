import { type ReactNode, useEffect, useRef } from 'react';
import { openDevice, useDevice } from '../state/device';
import { t } from '../words/words';

const BROWSERS = {
  'Chrome, Edge': '121; on Linux 144 (Intel) or 147 (NVIDIA)',
  Safari: '26 on macOS, iOS, iPadOS and visionOS',
  Firefox: '141 on Windows; 145 on macOS with Apple silicon',
};

/** Over the globe when there is no WebGPU, or when the device or the engine is gone. */
export function NoWebGpu() {
  const { status, message, dismissed } = useDevice();
  if (status === 'lost') {
    return (
      <Obstacle
        title={t('The graphics device stopped')}
        message={message}
        actions={
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            {t('Start again')}
          </button>
        }
      >
        <p>
          {t(
            'The open data and computed forecasts are still here; the run goes on from its last parameters that were read back, or can be stopped and started smaller.',
          )}
        </p>
      </Obstacle>
    );
  }
  if (status === 'stopped') {
    return (
      <Obstacle
        title={t('The engine stopped')}
        message={message}
        actions={
          <button type="button" className="button primary" onClick={() => location.reload()}>
            {t('Load the page again')}
          </button>
        }
      >
        <p>{t('What computes behind this page has ended, and the run and its forecasts with it.')}</p>
      </Obstacle>
    );
  }
  if (status !== 'missing' || dismissed) return null;
  return (
    <Obstacle
      title={t('Training needs WebGPU, which this browser does not offer')}
      message={message}
      actions={
        <>
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            {t('Look again')}
          </button>
          <button type="button" className="button" onClick={() => useDevice.setState({ dismissed: true })}>
            {t('Only look at data')}
          </button>
        </>
      }
    >
      <p>
        {t(
          'GraphCast’s network runs on the graphics card through WebGPU. Browsers have it from these versions on:',
        )}
      </p>
      <ul>
        {Object.entries(BROWSERS).map(([name, since]) => (
          <li key={name}>
            {name}
            <span>{t(since)}</span>
          </li>
        ))}
      </ul>
      <p>
        {t(
          'Where the browser is recent enough, switch on hardware acceleration in its settings; on Linux, Chrome may need this flag:',
        )}{' '}
        <kbd>chrome://flags/#enable-unsafe-webgpu</kbd>
      </p>
    </Obstacle>
  );
}

interface ObstacleProperties {
  title: string;
  /** What the engine said. */
  message: string;
  actions: ReactNode;
  children: ReactNode;
}

/** A dialog over the globe that takes the focus. */
function Obstacle({ title, message, actions, children }: ObstacleProperties) {
  const dialog = useRef<HTMLDivElement>(null);
  useEffect(() => dialog.current?.focus(), []);
  return (
    <div className="no-webgpu">
      <div ref={dialog} role="alertdialog" aria-labelledby="obstacle-title" tabIndex={-1}>
        <h2 id="obstacle-title">{title}</h2>
        {children}
        <p className="said">{message}</p>
        <div className="row">{actions}</div>
      </div>
    </div>
  );
}
