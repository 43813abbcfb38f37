/**
 * Keeps the page for use without a network: after the first visit everything that was built lies in the browser's cache,
 * a copy per version. Bundled files carry their content's hash in their names, and a page's own files are found in its
 * own version's copy: a page that is open while a new version comes never gets a mixture of both.
 *
 * `tools/precache.mjs` puts version and list in when the page is built.
 */
declare const PRECACHE: { version: string; files: string[] };

interface LifetimeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends LifetimeEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The part of a service worker's global scope that is used: TypeScript knows either pages or workers, not both. */
interface Scope {
  registration: { scope: string };
  location: Location;
  caches: CacheStorage;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: LifetimeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}

const scope = globalThis as unknown as Scope;
const PREFIX = 'page ';
const CACHE = `${PREFIX}${PRECACHE.version}`;
const PAGE = scope.registration.scope;
const FILES = new Set([PAGE, ...PRECACHE.files.map((file) => new URL(file, PAGE).href)]);

scope.addEventListener('install', (event) => {
  event.waitUntil(
    scope.caches
      .open(CACHE)
      // Past the browser's own cache, which may still hold files of the version before.
      .then((cache) => cache.addAll([...FILES].map((url) => new Request(url, { cache: 'reload' }))))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', (event) => event.waitUntil(dropOldVersions()));

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Data that the user gives an address for, and all other origins, are none of this.
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  url.search = '';
  url.hash = '';
  const isPage = request.mode === 'navigate' && url.href === PAGE;
  if (isPage || FILES.has(request.url) || request.url.startsWith(new URL('assets/', PAGE).href)) {
    event.respondWith(kept(isPage ? PAGE : request.url, request));
  }
});

/** The file from this version's copy, else from an older one whose page may still be open, else from the network. */
async function kept(url: string, request: Request): Promise<Response> {
  const cache = await scope.caches.open(CACHE);
  const found = (await cache.match(url)) ?? (await scope.caches.match(url));
  if (!found) return fetch(request);
  const range = request.headers.get('range');
  return range ? part(found, range) : found;
}

/** The bytes that a request asks for: data files are read in pieces. */
async function part(whole: Response, range: string): Promise<Response> {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range);
  if (!asked) return whole;
  const file = await whole.blob();
  const from = Number(asked[1]);
  const to = Math.min(file.size - 1, asked[2] === '' ? file.size - 1 : Number(asked[2]));
  const headers = new Headers(whole.headers);
  if (from > to) {
    headers.set('Content-Range', `bytes */${file.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('Content-Range', `bytes ${from}-${to}/${file.size}`);
  headers.set('Content-Length', String(to - from + 1));
  return new Response(file.slice(from, to + 1), { status: 206, headers });
}

/** Keeps this version and the one before it, which pages that are still open were built from. */
async function dropOldVersions(): Promise<void> {
  // In the order in which they were made.
  const versions = (await scope.caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(versions.slice(0, -1).map((name) => scope.caches.delete(name)));
}
