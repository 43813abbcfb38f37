/** The WebGPU adapter behind the engine: being looked for, ready, missing, or lost. */
import { create } from 'zustand';
import { engine } from './engine';

interface Device {
  status: 'looking' | 'ready' | 'missing' | 'lost';
  name: string;
  software: boolean;
  /** Why there is none. */
  message: string;
}

export const useDevice = create<Device>(() => ({
  status: 'looking',
  name: '',
  software: false,
  message: '',
}));

/** Asks the engine for an adapter; also the way to start again after a device was lost. */
export async function openDevice(): Promise<void> {
  useDevice.setState({ status: 'looking', message: '' });
  try {
    const { name, software } = await engine.call('openDevice');
    useDevice.setState({ status: 'ready', name, software });
  } catch (error) {
    useDevice.setState({
      status: 'missing',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

engine.on('deviceLost', ({ message }) => useDevice.setState({ status: 'lost', message }));
