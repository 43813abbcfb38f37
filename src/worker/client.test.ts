import { expect, test } from 'vitest';
import { DatasetError, WorkbenchError } from '../errors';
import { EngineClient } from './client';
import type { EngineMessage, Request } from './protocol';

/** A worker whose answers the test writes. */
function fakeWorker(answer: (request: Request) => EngineMessage[]) {
  const worker = {
    onmessage: null as ((event: MessageEvent<EngineMessage>) => void) | null,
    onerror: null as ((event: ErrorEvent) => void) | null,
    postMessage(request: Request) {
      for (const data of answer(request))
        queueMicrotask(() => this.onmessage?.({ data } as MessageEvent<EngineMessage>));
    },
  };
  return worker as typeof worker & Worker;
}

test('answers find their requests, whatever their order', async () => {
  const held: Request[] = [];
  const client = new EngineClient(
    fakeWorker((request) => {
      held.push(request);
      if (held.length < 2) return [];
      return held.reverse().map(({ id, arguments: given }) => ({ id, result: given }));
    }),
  );
  const answers = [1, 2].map((meshSize) => client.call('meshEdges', { meshSize }));
  expect(await Promise.all(answers)).toEqual([{ meshSize: 1 }, { meshSize: 2 }]);
});

test('an error comes back as the class that it was thrown as', async () => {
  const client = new EngineClient(
    fakeWorker(({ id }) => [{ id, error: { name: 'DatasetError', message: 'a.nc is cut short.' } }]),
  );
  const failure = client.call('pause');
  await expect(failure).rejects.toThrow(DatasetError);
  await expect(failure).rejects.toThrow('a.nc is cut short.');
});

test('events reach their listeners until these are removed', () => {
  const worker = fakeWorker(() => []);
  const client = new EngineClient(worker);
  const heard: string[] = [];
  const off = client.on('notice', ({ message }) => heard.push(message));
  const send = (message: string) =>
    worker.onmessage?.({ data: { event: 'notice', detail: { message } } } as MessageEvent<EngineMessage>);
  send('one');
  off();
  send('two');
  expect(heard).toEqual(['one']);
});

test('when the thread has died, open and later calls are refused', async () => {
  const worker = fakeWorker(() => []);
  const client = new EngineClient(worker);
  const open = client.call('pause');
  worker.onerror?.({ message: 'out of memory' } as ErrorEvent);
  await expect(open).rejects.toThrow('out of memory');
  await expect(client.call('pause')).rejects.toThrow(WorkbenchError);
  expect(await client.stopped).toContain('Load the page again');
});
