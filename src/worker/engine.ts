/**
 * The engine behind the page: owns what is open, the run and the forecasts, and answers the protocol's calls. Knows
 * nothing of threads, so that tests run it anywhere.
 */
import { DatasetError, DeviceError, WorkbenchError } from '../errors';
import { openDataset } from '../weather/dataset';
import { Turn } from '../webgpu/turn';
import { browserRunFolders } from './browser_run_folders';
import type { EngineParts } from './engine_parts';
import { ForecastCalls } from './forecast_calls';
import { memoryPlan } from './memory_plan';
import { meshEdges, nodeEdges } from './mesh_edges';
import { loadDataset, OpenData } from './open_data';
import type {
  Answer,
  Arguments,
  CallName,
  CheckpointSummary,
  DatasetSource,
  DatasetSummary,
  Handlers,
  StarterRequest,
} from './protocol';
import { RunCalls } from './run_calls';
import type { RunFolders } from './run_files';
import { adapterSummary, SharedDevice } from './shared_device';
import { shippedFile } from './shipped_file';

export class Engine {
  private readonly parts: EngineParts;
  private readonly runs: RunCalls;
  private readonly forecasts: ForecastCalls;
  private readonly handlers: Handlers;
  /** Data on their way in. */
  private coming: Promise<DatasetSummary> | undefined;

  /**
   * @param gpuProvider `navigator.gpu`, or Dawn's in Node
   * @param open opens a dataset, here or in a thread of its own
   * @param runFolders where runs are kept
   */
  constructor(
    gpuProvider: () => Promise<GPU | undefined>,
    post: EngineParts['post'],
    open = openDataset,
    runFolders: () => Promise<RunFolders> = browserRunFolders,
  ) {
    const data = new OpenData();
    const device = new SharedDevice(gpuProvider, (why) => {
      this.forecasts.forgetModels();
      this.runs.onDeviceGone(why);
    });
    this.parts = { data, device, turn: new Turn(), commands: new Turn(), post, open };
    this.forecasts = new ForecastCalls(this.parts, () => this.runs.leading);
    this.runs = new RunCalls(this.parts, this.forecasts, runFolders);
    this.handlers = {
      ...this.runs.handlers,
      ...this.forecasts.handlers,
      openDevice: async () => adapterSummary(await device.open()),
      openDataset: (source) => {
        const coming = this.openDataset(source);
        this.coming = coming;
        return coming.finally(() => {
          if (this.coming === coming) this.coming = undefined;
        });
      },
      useStatistics: ({ files }) =>
        this.changeFiles(async () => ({ names: await data.takeStatistics(files) })),
      openCheckpoint: ({ file, anyTask }) => this.changeFiles(() => data.openCheckpoint(file, anyTask)),
      openStarter: (request) => this.openStarter(request),
      closeCheckpoint: () =>
        this.changeFiles<undefined>(async () => {
          data.closeCheckpoint();
        }),
      field: ({ frame, ...field }) => data.field(field, frame),
      fieldSpread: (field) => data.fieldSpread(field),
      meshEdges: ({ meshSize }) => meshEdges(meshSize),
      nodeEdges: (node) => nodeEdges(node),
      compiledKernels: () => [...(device.gpu?.compiled ?? [])],
      memoryPlan: (request) => memoryPlan(data, request, device.gpu),
    };
  }

  /** Answers one call. @throws WorkbenchError for the person at the page; anything else is a defect */
  async call<K extends CallName>(name: K, argument: Arguments<K>): Promise<Answer<K>> {
    return this.watched(() => this.handlers[name](argument));
  }

  /** A device that makes `work` fail is given up. */
  private async watched<T>(work: () => Promise<T> | T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DeviceError) this.parts.device.dropFaulty();
      throw error;
    }
  }

  private async openDataset(source: DatasetSource): Promise<DatasetSummary> {
    const { data, open, commands } = this.parts;
    const { dataset, summary } = await loadDataset(source, open);
    this.runs.cancelPreparing();
    return commands.take(async () => {
      await this.runs.end(() => {
        this.forecasts.clear();
        data.replace(dataset);
      });
      return summary;
    });
  }

  private async openStarter({ checkpoint, statistics, next }: StarterRequest): Promise<CheckpointSummary> {
    const { data } = this.parts;
    // They are fetched while the planet is.
    const files = Promise.all([checkpoint, ...statistics].map(shippedFile));
    files.catch(() => undefined); // said below
    await this.coming;
    const planet = data.dataset;
    const [network, ...others] = await files;
    const summary = await this.changeFiles(() => {
      if (data.dataset === planet) return data.openStarter(network, others);
      throw new DatasetError(
        'Other data were opened before the starter model was there: open the planet again.',
      );
    });
    // What goes wrong, the forecast will say.
    if (next) void this.watched(() => this.forecasts.makeReady(next)).catch(() => undefined);
    return summary;
  }

  /** Lets files come in that runs and forecasts are made of. */
  private changeFiles<T>(change: () => Promise<T>): Promise<T> {
    const { commands, turn } = this.parts;
    return commands.take(async () => {
      if (this.runs.isOpen)
        throw new WorkbenchError(
          'A run is open, and its statistics and checkpoint are fixed: stop it first.',
        );
      const result = await change();
      this.runs.stopLeading();
      // Nobody waits for what the network before foretells.
      this.forecasts.cancelForecast();
      await turn.take(async () => this.forecasts.dropModels());
      return result;
    });
  }
}
