import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './workbench/app';
import { followAddress } from './workbench/state/address';
import { openDataset } from './workbench/state/data';
import { openDevice } from './workbench/state/device';
import { applyTheme } from './workbench/state/theme';

applyTheme();
followAddress();
void openDevice();

const address = new URLSearchParams(location.search).get('data');
if (address) void openDataset({ url: new URL(address, location.href).href });

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
