/**
 * Copies a period of ERA5 from a Zarr on the web into one on disk, in the layout that this program writes: in Node only.
 *
 * A copy can be interrupted at any time and goes on where it was: chunks are written whole, the plan is kept beside
 * them in `.fetch.json`, and the metadata that make the folder a Zarr come last. What is there already is trusted only
 * when its compressed data end with the size that the plan gives them.
 */
import { ConfigError } from '../errors';
import { cleanGrid } from './clean_grid';
import type { Dataset } from './dataset';
import { checkRequest, type FetchPlan, type FetchRequest, planFetch } from './fetch_era5_plan';
import { openStore, type StoreOptions } from './formats/open_store';
import { joinDatasets } from './joined_dataset';
import { GROUP_FILES, type ZarrFiles } from './zarr/zarr_files';
import { pathFiles } from './zarr/zarr_folder';
import { folderSink } from './zarr/zarr_sink';
import { chunkPath, chunkShape, type ZarrVariable } from './zarr/zarr_spec';
import { createZarr } from './zarr/zarr_writer';

export interface FetchOptions {
  /** Chunks that are fetched at once; 8 when left out. */
  parallel?: number;
  /** Ends the copying early; what is under way is dropped, what is written stays. */
  signal?: AbortSignal;
  onProgress?: (progress: FetchProgress) => void;
  /** How the source is read. */
  transfer?: Pick<StoreOptions, 'timeout' | 'retries'>;
}

/** Chunks are frames of a variable here. */
export interface FetchProgress {
  done: number;
  total: number;
  /** How many were there already. */
  before: number;
  /** Received from the source so far. */
  bytes: number;
}

export interface FetchResult {
  plan: FetchPlan;
  /** Chunks that were there already, and that were written now. */
  before: number;
  written: number;
  bytes: number;
}

const PARALLEL = 8;
/** For chunks of the source that hold several frames: each is fetched once. */
const CACHE_BYTES = 2 ** 29;
/** Five attempts over 21 s. */
const RETRIES = 4;
const PLAN_FILE = '.fetch.json';
const PLAN_LIMIT = 2 ** 26;

/** Content of the plan's file. */
interface Undertaking {
  request: FetchRequest;
  plan: FetchPlan;
}

/**
 * Copies what is asked for, or what is still missing of it.
 *
 * @throws ConfigError when the folder holds something else, DatasetError when the source lacks something, cannot be
 *   read, or has changed since the copy began
 */
export async function fetchEra5(
  request: FetchRequest,
  folder: string,
  { parallel = PARALLEL, signal, onProgress = () => {}, transfer }: FetchOptions = {},
): Promise<FetchResult> {
  checkRequest(request);
  const fs = globalThis.process.getBuiltinModule('node:fs');
  const files = pathFiles(folder, fs);
  const begun = await readUndertaking(files, request);
  const progress = { done: 0, total: 0, before: 0, bytes: 0 };
  const finished = begun && (await files.size('.zmetadata')) !== undefined;
  if (finished) {
    const present = await presentChunks(files, begun.plan);
    const chunks = allChunks(begun.plan);
    if (present.size === chunks.length) {
      return { plan: begun.plan, before: chunks.length, written: 0, bytes: 0 };
    }
    // It is not whole any more, and must not be taken for it.
    for (const file of GROUP_FILES) fs.rmSync(`${folder}/${file}`, { force: true });
  }

  const { source, blockOf } = await openSource(request.source, {
    retries: RETRIES,
    ...transfer,
    signal,
    cacheBytes: CACHE_BYTES,
    parallel,
    onBytes: (bytes) => {
      progress.bytes += bytes;
    },
  });
  try {
    const plan = planFetch(source, request);
    if (begun && JSON.stringify(begun.plan) !== JSON.stringify(plan)) {
      throw new ConfigError(
        `${folder}: the source has changed since this copy began (${request.source}); remove the folder and start again.`,
      );
    }
    const sink = folderSink(folder);
    if (!begun) await sink.write(PLAN_FILE, new TextEncoder().encode(JSON.stringify({ request, plan })));
    const present = await presentChunks(files, plan);
    const missing = allChunks(plan).filter(({ path }) => !present.has(path));
    progress.total = missing.length + present.size;
    progress.before = present.size;
    progress.done = present.size;
    onProgress(progress);

    const zarr = createZarr(sink, plan, present);
    const frameAt = new Map(Array.from(source.times, (time, frame) => [time, frame]));
    const copy = async ({ variable, frame }: PlannedChunk) => {
      const place = variable.hasTime ? frameAt.get(plan.times[frame])! : 0;
      const values = await source.read(variable.name, place, variable.hasLevel ? plan.levels : undefined);
      await zarr.write(variable.name, frame, values);
      progress.done++;
      onProgress(progress);
    };
    const blocks = blocksOf(missing, plan, blockOf);
    await atOnce(blocks, workersFor(blocks, plan, parallel), signal, copy);
    await zarr.finish(plan.times);
    return { plan, before: present.size, written: missing.length, bytes: progress.bytes };
  } finally {
    source.close();
  }
}

/** The copy that the folder holds, finished or not; undefined for a new folder. */
async function readUndertaking(files: ZarrFiles, request: FetchRequest): Promise<Undertaking | undefined> {
  const bytes = await files.read(PLAN_FILE, PLAN_LIMIT);
  if (!bytes) {
    if ((await files.list!('')).length === 0) return undefined;
    throw new ConfigError(`${files.name}: it holds something else already; choose another --out.`);
  }
  let begun: Undertaking;
  try {
    begun = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ConfigError(`${files.name}: its ${PLAN_FILE} is damaged; remove the folder and start again.`, {
      cause,
    });
  }
  if (describe(begun.request) === describe(request)) return begun;
  throw new ConfigError(
    `${files.name}: it holds another copy (${describe(begun.request)}); choose another --out, or repeat the command that began it.`,
  );
}

function describe({ source, from, to, stepHours, variables, levels }: FetchRequest): string {
  const [first, last] = [from, to].map((time) => new Date(time * 1000).toISOString().slice(0, 16));
  const choice = [variables?.join(','), levels?.join(',')].filter(Boolean).join('; ');
  return `${source}, ${first} to ${last} every ${stepHours} h${choice && `, only ${choice}`}`;
}

/** Opens the source; `blockOf` tells which frames lie in one chunk of it and are best read together. */
async function openSource(
  address: string,
  options: StoreOptions,
): Promise<{ source: Dataset; blockOf: (time: number) => number }> {
  const store = await openStore(address, options);
  try {
    const part = await cleanGrid(store);
    const fields = [...store.variables.values()].filter(({ dimensions }) => dimensions.length > 2);
    const longest = fields.reduce(
      (most, { dimensions, chunkShape = [] }) => Math.max(most, chunkShape[dimensions.indexOf('time')] ?? 1),
      1,
    );
    const index = new Map(Array.from(part.times, (time, i) => [time, i]));
    return {
      source: joinDatasets([part]),
      blockOf: (time) => Math.floor((index.get(time) ?? 0) / longest),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

interface PlannedChunk {
  variable: ZarrVariable;
  frame: number;
  path: string;
}

function allChunks(plan: FetchPlan): PlannedChunk[] {
  return plan.variables.flatMap((variable) =>
    Array.from({ length: variable.hasTime ? plan.times.length : 1 }, (_, frame) => ({
      variable,
      frame,
      path: chunkPath(variable, frame),
    })),
  );
}

/** The chunks that are there as a whole, by path. What a killed process left half-written is removed. */
async function presentChunks(files: ZarrFiles, plan: FetchPlan): Promise<Set<string>> {
  const { rmSync } = globalThis.process.getBuiltinModule('node:fs');
  const present = new Set<string>();
  for (const variable of plan.variables) {
    const held = new Set((await files.list!(variable.name)).map(({ name }) => `${variable.name}/${name}`));
    for (const path of held) if (path.endsWith('.partial')) rmSync(`${files.name}/${path}`, { force: true });
    const bytes = chunkShape(variable, plan).reduce((product, size) => product * size, 4);
    for (const { path } of allChunks({ ...plan, variables: [variable] })) {
      if (held.has(path) && (await isWhole(files, path, bytes))) present.add(path);
    }
  }
  return present;
}

/** Whether gzip data end with the size that they should have (RFC 1952, 2.3.1: ISIZE). */
async function isWhole(files: ZarrFiles, path: string, bytes: number): Promise<boolean> {
  const size = (await files.size(path)) ?? 0;
  const end = size < 18 ? undefined : await files.readPart(path, size - 4, 4);
  return end?.length === 4 && new DataView(end.buffer, end.byteOffset).getUint32(0, true) === bytes;
}

/** Chunks of one variable whose frames lie in one chunk of the source; in the order of time. */
function blocksOf(
  chunks: PlannedChunk[],
  plan: FetchPlan,
  blockOf: (time: number) => number,
): PlannedChunk[][] {
  const blocks = new Map<string, PlannedChunk[]>();
  for (const chunk of chunks) {
    const key = `${chunk.variable.hasTime ? blockOf(plan.times[chunk.frame]) : -1} ${chunk.variable.name}`;
    const block = blocks.get(key);
    if (block) block.push(chunk);
    else blocks.set(key, [chunk]);
  }
  return [...blocks.values()].sort((a, b) => a[0].frame - b[0].frame);
}

/** So many blocks at once that the source's chunks, which each is read from, stay in the cache. */
function workersFor(blocks: PlannedChunk[][], plan: FetchPlan, parallel: number): number {
  const bytes = (block: PlannedChunk[]) =>
    block.length * chunkShape(block[0].variable, plan).reduce((product, size) => product * size, 4);
  const largest = blocks.reduce((most, block) => Math.max(most, block.length > 1 ? bytes(block) : 0), 1);
  return Math.max(1, Math.min(parallel, Math.floor(CACHE_BYTES / largest)));
}

/** Works through the blocks, several at once, each in its order; the first failure stops all. */
async function atOnce(
  blocks: PlannedChunk[][],
  workers: number,
  signal: AbortSignal | undefined,
  copy: (chunk: PlannedChunk) => Promise<void>,
): Promise<void> {
  const waiting = blocks.values();
  let failed = false;
  const work = async () => {
    for (const block of waiting) {
      for (const chunk of block) {
        if (failed) return;
        signal?.throwIfAborted();
        try {
          await copy(chunk);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: workers }, work));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}
