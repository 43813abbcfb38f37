import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './workbench/app';
import { ErrorBoundary } from './workbench/panels/error_boundary';
import { followAddress } from './workbench/state/address';
import { openAddress } from './workbench/state/data';
import { openDevice } from './workbench/state/device';
import { lookFirst } from './workbench/state/first_look';
import { nextForecastFrame } from './workbench/state/forecast';
import { keepForOffline } from './workbench/state/offline';
import { applyTheme } from './workbench/state/theme';
import { startLanguage } from './workbench/words/language';
import { t } from './workbench/words/words';

applyTheme();
followAddress();
const address = new URLSearchParams(location.search).get('data');
if (address) {
  void openDevice();
  openAddress(address);
  window.addEventListener('load', keepForOffline);
} else void Promise.race([lookFirst(), nextForecastFrame()]).finally(keepForOffline);

// The page is rendered once its language's words are there.
void startLanguage().then(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <ErrorBoundary what={t('The page')}>
        <App />
      </ErrorBoundary>
    </StrictMode>,
  ),
);
