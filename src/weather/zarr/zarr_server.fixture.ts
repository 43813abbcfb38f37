import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on this machine, with the files that it sends. */
export interface FileServer {
  address: string;
  /** Paths asked for, in order, HEAD requests marked. */
  requests: string[];
  close(): void;
}

/** What a server does instead of sending a file; whether it has answered. */
export type Misbehaviour = (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

/** Serves files by path, with ranges, at `address` + path. */
export async function serveFiles(
  files: Map<string, Uint8Array>,
  misbehave: Misbehaviour = () => false,
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname.slice(1));
    requests.push(request.method === 'HEAD' ? `HEAD ${path}` : path);
    if (misbehave(path, response, request)) return;
    const bytes = files.get(path);
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = first === undefined ? bytes : bytes.subarray(Number(first), Number(last) + 1);
    response.writeHead(first === undefined ? 200 : 206, { 'Content-Length': part.length });
    response.end(request.method === 'HEAD' ? undefined : part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The tree's files under a folder of the server. */
export function under(folder: string, tree: Map<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...tree].map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}
