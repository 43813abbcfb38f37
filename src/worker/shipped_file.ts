import { DatasetError } from '../errors';

/** A file that comes with the page. @throws DatasetError when it is not there */
export async function shippedFile(address: string): Promise<File> {
  const response = await fetch(address);
  if (!response.ok) {
    throw new DatasetError(
      `${address} cannot be read (${response.status}): the page was not installed whole.`,
    );
  }
  return new File([await response.blob()], new URL(address).pathname.split('/').pop()!);
}
