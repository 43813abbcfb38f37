import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type FetchResult, fetchEra5 } from '../weather/fetch_era5';
import { type FetchRequest, WEATHERBENCH_GRIDS } from '../weather/fetch_era5_plan';
import { formatTime } from './inputs';
import { type CommandOptions, parseOptions, UsageError } from './options';
import { checkWritable } from './outputs';
import { Progress } from './progress';
import { exitCodeOf, listenForStop } from './training_loop';

const GRIDS = Object.keys(WEATHERBENCH_GRIDS);
const DEFAULT_GRID = GRIDS[0];

const COMMAND: CommandOptions = {
  usage: 'fetch era5 --from T --to T --out X.zarr [OPTIONS]',
  summary:
    'Copies a period of ERA5 from WeatherBench 2, or from any other Zarr on the web, to disk. A copy that was interrupted goes on when the command is given again.',
  positionals: ['era5'],
  options: {
    from: { value: 'T', help: 'first time, e.g. 2020-01-01 or 2020-01-01T06:00Z', required: true },
    to: { value: 'T', help: 'last time; a date means the whole day', required: true },
    out: { value: 'X.zarr', help: 'folder to write', required: true },
    variables: {
      value: 'A,B,…',
      help: 'variables',
      default: "those of GraphCast's task that the source has",
    },
    levels: {
      value: '500,850,…',
      help: 'pressure levels, hPa',
      default: "GraphCast's 13 that the source has",
    },
    grid: {
      value: '64x32|URL',
      help: `WeatherBench 2's grid (${GRIDS.join(' or ')}), or the address of a Zarr`,
      default: DEFAULT_GRID,
    },
    step: { value: '6h', help: 'time between frames, a multiple of 6h', default: '6h' },
    parallel: { value: 'N', help: 'chunks fetched at once', default: '8' },
    json: { help: 'print one JSON object' },
  },
};

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const [what] = options.positionals;
  if (what !== 'era5') throw new UsageError(`'${what}' cannot be fetched, only era5.`);
  const out = options.text('out')!;
  if (!out.endsWith('.zarr')) throw new UsageError(`--out is '${out}', expected a name that ends in .zarr.`);
  const request: FetchRequest = {
    source: sourceOf(options.text('grid') ?? DEFAULT_GRID),
    from: parseTime(options.text('from')!, '--from', 0),
    to: parseTime(options.text('to')!, '--to', DAY - 1),
    stepHours: parseStep(options.text('step') ?? '6h'),
    variables: listOf(options.text('variables')),
    levels: listOf(options.text('levels'))?.map((level) => parseLevel(level)),
  };
  const parallel = options.count('parallel', 8);
  checkWritable(existsSync(out) ? join(out, 'any') : out, '--out');

  const signals = listenForStop();
  const stopped = new AbortController();
  const watch = setInterval(() => signals.received && stopped.abort(STOPPED), 50);
  let progress: Progress | undefined;
  let start = 0;
  try {
    const result = await fetchEra5(request, out, {
      parallel,
      signal: stopped.signal,
      onProgress({ done, total, before, bytes }) {
        progress ??= new Progress(total, 'chunks', before);
        start ||= performance.now();
        progress.show(done, `${megabytes(bytes / Math.max(1e-3, (performance.now() - start) / 1000))}/s`);
      },
    });
    report(options.flag('json'), out, result);
  } catch (error) {
    if (error !== STOPPED || !signals.received) throw error;
    console.error(`\nStopped by ${signals.received}; the same command goes on where it was.`);
    process.exitCode = exitCodeOf(signals.received);
  } finally {
    clearInterval(watch);
    signals.stopListening();
  }
}

const DAY = 86_400; // s
const STOPPED = new Error('stopped');

function sourceOf(grid: string): string {
  const named = WEATHERBENCH_GRIDS[grid];
  if (named !== undefined || grid.includes('/')) return named ?? grid;
  throw new UsageError(`--grid is '${grid}', expected ${GRIDS.join(', ')} or the address of a Zarr.`);
}

/** Seconds since 1970-01-01 UTC. @param ofDate what a date alone means, seconds after its beginning */
function parseTime(text: string, option: string, ofDate: number): number {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const withZone = isDate || /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const seconds = Date.parse(withZone) / 1000;
  if (Number.isFinite(seconds)) return isDate ? seconds + ofDate : seconds;
  throw new UsageError(`${option} is '${text}', expected a time such as 2020-01-01 or 2020-01-01T06:00Z.`);
}

function parseStep(text: string): number {
  const [, hours] = /^(\d+)\s*h?$/.exec(text) ?? [];
  if (hours === undefined) throw new UsageError(`--step is '${text}', expected hours such as 6h.`);
  return Number(hours);
}

function parseLevel(text: string): number {
  const level = Number(text);
  if (level > 0) return level;
  throw new UsageError(`--levels names '${text}', expected pressures in hPa such as 500,850.`);
}

function listOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function report(json: boolean, out: string, { plan, before, written, bytes }: FetchResult): void {
  const { times, variables, levels } = plan;
  if (json) {
    console.log(
      JSON.stringify({
        out,
        frames: times.length,
        first_time: formatTime(times[0]),
        last_time: formatTime(times[times.length - 1]),
        variables: variables.map(({ name }) => name),
        levels,
        chunks: before + written,
        chunks_written: written,
        bytes_received: bytes,
      }),
    );
    return;
  }
  const what = `${times.length} frames from ${formatTime(times[0])} to ${formatTime(times[times.length - 1])}, ${variables.length} variables`;
  console.log(
    written === 0
      ? `${out} is complete already: ${what}`
      : `${out}: ${what}; ${written} chunks written, ${megabytes(bytes)} received${before > 0 ? `, ${before} chunks were there already` : ''}`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}
