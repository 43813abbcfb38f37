/** Metadata of Zarr version 2 and 3, consolidated or not: which arrays there are, and how each lies in its chunks. */
import { DatasetError } from '../../errors';
import { RefusedError } from '../formats/download';
import { type Json, type JsonObject, object, type ZarrArray } from './zarr_array';
import { GROUP_FILES, type ZarrFiles } from './zarr_files';
import { version2Array } from './zarr_version2';
import { version3Array } from './zarr_version3';

/** Bytes that a file of metadata may have; those of a store with hundreds of variables have less than one million. */
const METADATA_LIMIT = 64 * 2 ** 20;

/** There is no Zarr group. */
export class NoGroupError extends DatasetError {
  override name = 'NoGroupError';
}

/**
 * Reads the metadata of the numeric arrays in a Zarr group.
 *
 * @throws DatasetError when it is no such group, the metadata are damaged, or they cannot be found because they are not
 *   consolidated and the place gives no list of files
 */
export async function readMetadata(files: ZarrFiles): Promise<ZarrArray[]> {
  const [root, consolidated, group] = await readGroup(files);
  if (root) return version3(files, root);
  if (consolidated) {
    const documents = object(consolidated.metadata) ?? {};
    const names = Object.keys(documents).flatMap((key) =>
      key.endsWith('/.zarray') ? [key.slice(0, -8)] : [],
    );
    return describeAll(names, files, async (name) =>
      version2Array(
        files.name,
        name,
        object(documents[`${name}/.zarray`]),
        object(documents[`${name}/.zattrs`]),
      ),
    );
  }
  if (group) {
    return describeAll(await folders(files), files, async (name) => {
      const [array, attributes] = await Promise.all(
        ['.zarray', '.zattrs'].map((file) => readJson(files, `${name}/${file}`)),
      );
      return version2Array(files.name, name, array, attributes);
    });
  }
  throw new NoGroupError(
    `${files.name}: this is not a Zarr group (there is no zarr.json, .zmetadata or .zgroup) nor a folder of NetCDF files; open the folder that holds the variables, and if writing it was interrupted, write it again.`,
  );
}

/** What the files in `GROUP_FILES` say; undefined for those that are not there. */
async function readGroup(files: ZarrFiles): Promise<(JsonObject | undefined)[]> {
  const outcomes = await Promise.allSettled(GROUP_FILES.map((key) => readJson(files, key)));
  const found = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  // A server that refuses what does not exist still has a Zarr if it gives one of them.
  if (failure && !(failure.reason instanceof RefusedError && found.some(Boolean))) throw failure.reason;
  return found;
}

function version3(files: ZarrFiles, root: JsonObject): Promise<ZarrArray[]> {
  if (root.node_type !== 'group') {
    throw new DatasetError(
      `${files.name}: this is a single array of a Zarr; open the folder around it, which holds the variables and their coordinates.`,
    );
  }
  const documents = object(object(root.consolidated_metadata)?.metadata);
  if (documents) {
    return describeAll(Object.keys(documents), files, async (name) =>
      version3Array(files.name, name, object(documents[name])),
    );
  }
  return folders(files).then((names) =>
    describeAll(names, files, async (name) =>
      version3Array(files.name, name, await readJson(files, `${name}/zarr.json`)),
    ),
  );
}

/** The arrays of the group itself, not those of groups within it. */
async function describeAll(
  names: string[],
  { parallel }: ZarrFiles,
  describe: (name: string) => Promise<ZarrArray | undefined>,
): Promise<ZarrArray[]> {
  const inGroup = names.filter(
    (name) => !name.includes('/') && !name.includes('\\') && !name.startsWith('.'),
  );
  const arrays: (ZarrArray | undefined)[] = [];
  for (let first = 0; first < inGroup.length; first += parallel) {
    arrays.push(...(await Promise.all(inGroup.slice(first, first + parallel).map(describe))));
  }
  return arrays.filter((array) => array !== undefined);
}

async function folders(files: ZarrFiles): Promise<string[]> {
  if (files.list) return (await files.list('')).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));
  throw new DatasetError(
    `${files.name}: the metadata of this Zarr are not consolidated, and a web server gives no list of its arrays; run 'zarr.consolidate_metadata' on it in Python, or copy it to disk and open the folder.`,
  );
}

async function readJson(files: ZarrFiles, key: string): Promise<JsonObject | undefined> {
  const bytes = await files.read(key, METADATA_LIMIT);
  if (!bytes) return undefined;
  const parsed = object(parseJson(new TextDecoder().decode(bytes)));
  if (parsed) return parsed;
  throw new DatasetError(
    `${files.name}: the metadata in '${key}' are damaged (they are not a JSON object); fetch the Zarr again.`,
  );
}

/** JSON as Python writes it, in which numbers may be NaN or infinite; undefined when it is none. */
function parseJson(text: string): Json | undefined {
  // A string, or one of these words outside of strings.
  const token = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(text.replace(token, (found) => (found.startsWith('"') ? found : `"${found}"`)));
    } catch {
      return undefined;
    }
  }
}
