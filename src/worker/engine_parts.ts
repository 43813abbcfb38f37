/** What the engine's parts share. */
import type { openDataset } from '../weather/dataset';
import type { Turn } from '../webgpu/turn';
import type { OpenData } from './open_data';
import type { EventName, Events } from './protocol';
import type { SharedDevice } from './shared_device';

export interface EngineParts {
  data: OpenData;
  device: SharedDevice;
  /** One piece of work at a time uses the device; a running run gives it up after every update. */
  turn: Turn;
  /** One command at a time changes what is open, the run and its phase. */
  commands: Turn;
  post<K extends EventName>(event: K, detail: Events[K]): void;
  /** Opens a dataset, here or in a thread of its own. */
  open: typeof openDataset;
}
