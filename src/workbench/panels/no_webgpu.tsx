import { type ReactNode, useEffect, useRef } from 'react';
import { openDevice, useDevice } from '../state/device';

const BROWSERS = [
  ['Chrome, Edge', '121; on Linux 144 (Intel) or 147 (NVIDIA)'],
  ['Safari', '26 on macOS, iOS, iPadOS and visionOS'],
  ['Firefox', '141 on Windows; 145 on macOS with Apple silicon'],
];

/** Over the globe when there is no WebGPU, or when the device or the engine is gone. */
export function NoWebGpu() {
  const { status, message, dismissed } = useDevice();
  if (status === 'lost') {
    return (
      <Obstacle
        title="The graphics device stopped"
        message={message}
        actions={
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            Start again
          </button>
        }
      >
        <p>
          The open data and computed forecasts are still here; the run goes on from its last parameters that
          were read back, or can be stopped and started smaller.
        </p>
      </Obstacle>
    );
  }
  if (status === 'stopped') {
    return (
      <Obstacle
        title="The engine stopped"
        message={message}
        actions={
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Load the page again
          </button>
        }
      >
        <p>What computes behind this page has ended, and the run and its forecasts with it.</p>
      </Obstacle>
    );
  }
  if (status !== 'missing' || dismissed) return null;
  return (
    <Obstacle
      title="Training needs WebGPU, which this browser does not offer"
      message={message}
      actions={
        <>
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            Look again
          </button>
          <button type="button" className="button" onClick={() => useDevice.setState({ dismissed: true })}>
            Only look at data
          </button>
        </>
      }
    >
      <p>
        GraphCast’s network runs on the graphics card through WebGPU. Browsers have it from these versions on:
      </p>
      <ul>
        {BROWSERS.map(([name, since]) => (
          <li key={name}>
            {name}
            <span>{since}</span>
          </li>
        ))}
      </ul>
      <p>
        Where the browser is recent enough, switch on hardware acceleration in its settings; on Linux, Chrome
        may need <kbd>chrome://flags/#enable-unsafe-webgpu</kbd>.
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
