/** The WebGPU adapter behind the engine: being looked for, ready, missing or lost; or the engine itself has stopped. */
import { create } from 'zustand';
import { t } from '../words/words';
import { engine } from './engine';
import { notify } from './notices';

interface Device {
  status: 'looking' | 'ready' | 'missing' | 'lost' | 'stopped';
  name: string;
  software: boolean;
  /** Why there is none. */
  message: string;
  /** The user goes on without one; the status line leads back. */
  dismissed: boolean;
}

export const useDevice = create<Device>(() => ({
  status: 'looking',
  name: '',
  software: false,
  message: '',
  dismissed: false,
}));

/** Asks the engine for an adapter; also the way to start again after a device was lost. */
export async function openDevice(): Promise<void> {
  useDevice.setState({ status: 'looking', message: '', dismissed: false });
  try {
    const { name, software } = await engine.call('openDevice');
    useDevice.setState({ status: 'ready', name, software });
  } catch (error) {
    if (useDevice.getState().status === 'stopped') return;
    useDevice.setState({
      status: 'missing',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

engine.on('deviceLost', ({ message, recovering }) => {
  useDevice.setState({ status: recovering ? 'looking' : 'lost', message });
  if (recovering)
    notify('info', t('The GPU was lost. Asking for it again, to go on from where the run was saved.'));
});
engine.on('deviceBack', ({ name, software, update }) => {
  useDevice.setState({ status: 'ready', name, software, message: '' });
  notify('info', t('The GPU is back: training goes on after update {update}.', { update }));
});
void engine.stopped.then((message) => useDevice.setState({ status: 'stopped', message }));
