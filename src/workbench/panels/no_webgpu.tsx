import { useState } from 'react';
import { openDevice, useDevice } from '../state/device';

const BROWSERS = [
  [
    'Chrome, Edge',
    '113 on Windows, macOS and ChromeOS; 121 on Android; on Linux 144 (Intel) or 147 (NVIDIA)',
  ],
  ['Safari', '26 on macOS, iOS, iPadOS and visionOS'],
  ['Firefox', '141 on Windows; 145 on macOS with Apple silicon'],
];

/** In place of the globe when there is no WebGPU, or when the device is gone. */
export function NoWebGpu() {
  const { status, message } = useDevice();
  const [dismissed, setDismissed] = useState(false);
  if (status === 'lost') return <DeviceLost message={message} />;
  if (status !== 'missing' || dismissed) return null;
  return (
    <div className="no-webgpu">
      <div role="alertdialog" aria-labelledby="no-webgpu-title">
        <h2 id="no-webgpu-title">Training needs WebGPU, which this browser does not offer</h2>
        <p>
          GraphCast’s network runs on the graphics card through WebGPU. Browsers have it from these versions
          on:
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
          Where the browser is recent enough, switch on hardware acceleration in its settings; on Linux,
          Chrome may need <kbd>chrome://flags/#enable-unsafe-webgpu</kbd>.
        </p>
        <p className="said">{message}</p>
        <div className="row">
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            Look again
          </button>
          <button type="button" className="button" onClick={() => setDismissed(true)}>
            Only look at data
          </button>
        </div>
      </div>
    </div>
  );
}

function DeviceLost({ message }: { message: string }) {
  return (
    <div className="no-webgpu">
      <div role="alertdialog" aria-labelledby="lost-title">
        <h2 id="lost-title">The graphics device was lost</h2>
        <p>
          The system took it away: a driver was reset, or another program used it up. The open data and
          computed forecasts are still here; the run goes on from its last parameters that were read back.
        </p>
        <p className="said">{message}</p>
        <div className="row">
          <button type="button" className="button primary" onClick={() => void openDevice()}>
            Start again
          </button>
        </div>
      </div>
    </div>
  );
}
