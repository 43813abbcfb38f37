import { fetchBytes, fetchSize, OversizeError, type TransferOptions } from '../formats/download';
import { oversized, type ZarrFiles } from './zarr_files';

/** Hosts at which public buckets can be read without a client of their own. */
const BUCKETS: [scheme: RegExp, address: string][] = [
  [/^gs:\/\//i, 'https://storage.googleapis.com/'],
  [/^s3:\/\/([^/]+)\//i, 'https://$1.s3.amazonaws.com/'],
];

/** The https address of a public bucket's object ('gs://…', 's3://…'); anything else as it is. */
export function bucketAddress(address: string): string {
  for (const [scheme, host] of BUCKETS) {
    if (scheme.test(address)) return address.replace(scheme, host);
  }
  return address;
}

/** A Zarr at an http(s) address. Its metadata must be consolidated: a web server gives no list of files. */
export function httpFiles(address: string, options?: TransferOptions): ZarrFiles {
  const root = new URL(address);
  const addressOf = (key: string) => {
    const url = new URL(root);
    url.pathname = `${root.pathname.replace(/\/+$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
    return url.href;
  };
  return {
    name: address,
    parallel: 8,
    async read(key, limit) {
      try {
        return await fetchBytes(addressOf(key), { limit }, options);
      } catch (error) {
        throw error instanceof OversizeError ? oversized(addressOf(key), error.found, limit) : error;
      }
    },
    readPart: (key, offset, length) =>
      fetchBytes(addressOf(key), { limit: length, range: { offset, length } }, options),
    size: (key) => fetchSize(addressOf(key), options),
    close: () => {},
  };
}
