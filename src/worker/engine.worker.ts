/** The engine's thread: messages in, messages out. */
import { describeError } from '../error_report';
import { openInWorker } from './dataset_worker';
import { Engine } from './engine';
import type { CallName, EngineMessage, Request } from './protocol';

const post = (message: EngineMessage, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer });

const engine = new Engine(
  async () => navigator.gpu,
  (event, detail) => post({ event, detail } as EngineMessage),
  openInWorker,
);

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const { id, call, arguments: argument } = data;
  try {
    const result = await engine.call<CallName>(call, argument);
    post({ id, result }, ArrayBuffer.isView(result) ? [result.buffer as ArrayBuffer] : []);
  } catch (error) {
    post({ id, error: describeError(error) });
  }
};
