/**
 * The engine behind the page: owns what is open, the run and the forecasts, and answers the protocol's calls. Knows
 * nothing of threads, so that tests run it anywhere.
 */
import { DeviceError, WorkbenchError } from '../errors';
import { openDataset } from '../weather/dataset';
import { Turn } from '../webgpu/turn';
import { browserRunFolders } from './browser_run_folders';
import type { EngineParts } from './engine_parts';
import { ForecastCalls } from './forecast_calls';
import { memoryPlan } from './memory_plan';
import { meshEdges, nodeEdges } from './mesh_edges';
import { loadDataset, OpenData } from './open_data';
import type { Answer, Arguments, CallName, Handlers } from './protocol';
import { RunCalls } from './run_calls';
import type { RunFolders } from './run_files';
import { adapterSummary, SharedDevice } from './shared_device';

export class Engine {
  private readonly parts: EngineParts;
  private readonly runs: RunCalls;
  private readonly forecasts: ForecastCalls;
  private readonly handlers: Handlers;

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
      openDataset: async (source) => {
        const { dataset, summary } = await loadDataset(source, open);
        this.runs.cancelPreparing();
        return this.parts.commands.take(async () => {
          await this.runs.end(() => {
            this.forecasts.clear();
            data.replace(dataset);
          });
          return summary;
        });
      },
      useStatistics: ({ files }) =>
        this.changeFiles(async () => ({ names: await data.takeStatistics(files) })),
      openCheckpoint: ({ file, anyTask }) => this.changeFiles(() => data.openCheckpoint(file, anyTask)),
      openStarter: (files) => this.changeFiles(() => data.openStarter(files)),
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
    try {
      return await this.handlers[name](argument);
    } catch (error) {
      if (error instanceof DeviceError) this.parts.device.dropFaulty();
      throw error;
    }
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
      await turn.take(async () => this.forecasts.dropModels());
      return result;
    });
  }
}
