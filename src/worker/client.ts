/** The page's end of the protocol: one promise per request, listeners for events. */
import { reviveError } from '../error_report';
import { WorkbenchError } from '../errors';
import type { Answer, Arguments, CallName, EngineMessage, EventName, Events } from './protocol';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class EngineClient {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<EventName, Set<(detail: never) => void>>();
  private nextId = 1;
  private failure: Error | undefined;
  private resolveStopped!: (message: string) => void;
  /** Resolves with the reason when the engine's thread has died; only loading the page again starts another. */
  readonly stopped = new Promise<string>((resolve) => {
    this.resolveStopped = resolve;
  });

  /** Starts the engine's thread; `worker` may be any object with a Worker's message interface. */
  constructor(worker: Worker) {
    this.worker = worker;
    worker.onmessage = (message: MessageEvent<EngineMessage>) => this.receive(message.data);
    worker.onerror = (event) => {
      const reason = event.message || 'it could not be started';
      this.failure = new WorkbenchError(`The engine's thread stopped: ${reason}. Load the page again.`);
      this.resolveStopped(this.failure.message);
      for (const pending of this.pending.values()) pending.reject(this.failure);
      this.pending.clear();
    };
  }

  /** Sends a request; rejects with the typed error that the engine threw, or when its thread has died. */
  call<K extends CallName>(
    name: K,
    ...[argument]: Arguments<K> extends undefined ? [] : [Arguments<K>]
  ): Promise<Answer<K>> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.worker.postMessage({ id, call: name, arguments: argument });
    });
  }

  /** Calls `listener` on every such event until the returned function is called. */
  on<K extends EventName>(event: K, listener: (detail: Events[K]) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  private receive(message: EngineMessage): void {
    if ('event' in message) {
      for (const listener of this.listeners.get(message.event) ?? []) listener(message.detail as never);
      return;
    }
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.pending.delete(message.id);
    if ('error' in message) pending.reject(reviveError(message.error));
    else pending.resolve(message.result);
  }
}
