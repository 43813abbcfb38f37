/** The one engine thread behind this page. */
import { EngineClient } from '../../worker/client';

export const engine = new EngineClient(
  new Worker(new URL('../../worker/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
);
