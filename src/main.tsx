import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './workbench/app';
import { ErrorBoundary } from './workbench/panels/error_boundary';
import { followAddress } from './workbench/state/address';
import { openAddress, openPlanet } from './workbench/state/data';
import { openDevice } from './workbench/state/device';
import { applyTheme } from './workbench/state/theme';
import { applyLanguage } from './workbench/words/language';

applyTheme();
applyLanguage();
followAddress();
void openDevice();

const address = new URLSearchParams(location.search).get('data');
if (address) openAddress(address);
else void openPlanet();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary what="The page">
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
