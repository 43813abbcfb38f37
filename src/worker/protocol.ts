/**
 * What the page and the engine's thread say to each other. Requests are answered once, by number; events come
 * when they come. Arrays travel as transferables, never copied.
 */
import type { ErrorReport } from '../error_report';
import type { Scores } from '../forecast/scores_file';
import type { ModelConfig } from '../graphcast/config';
import type { Part } from '../graphcast/parameters';
import type { NetworkEdges } from '../mesh/receptive_field';
import type { Alarm } from '../training/alarms';
import type { BadUpdatePolicy } from '../training/bad_update_policy';
import type { MemoryOutcome } from '../training/memory_plan';
import type { RunConfig } from '../training/run_config';
import type { Sampling } from '../training/sampler';
import type { ValidationMetrics } from '../training/validation';
import type { VariableInfo } from '../weather/dataset';
import type { Periods } from '../weather/periods';
import type { Task, TaskName } from '../weather/task';
import type { AdapterRates } from '../webgpu/adapter_rates';
import type { CompiledKernel } from '../webgpu/device';
import type { RooflineRow } from '../webgpu/roofline';
import type { ElementType } from '../webgpu/tensor';
import type { Curves } from './run_curves';

/** Where a dataset comes from: files or a folder that the user gave, or an address. */
export type DatasetSource = ({ files: File[] } | { folder: FileSystemDirectoryHandle } | { url: string }) & {
  /** The page knows that the weather is made up. */
  simulated?: boolean;
};

export interface DatasetSummary {
  name: string;
  /** The weather is made up. */
  simulated: boolean;
  latitudes: Float32Array;
  longitudes: Float32Array;
  levels: number[];
  /** Seconds since 1970-01-01 UTC, one per frame. */
  times: Float64Array;
  /** Only variables on the grid that change with time or are fixed fields; coordinates are not listed. */
  variables: VariableInfo[];
  /** All that the data hold, for a network to learn; null for data that can only be looked at. */
  task: Task | null;
  /** The released models whose variables and levels the data hold. */
  releasedTasks: TaskName[];
  /** What a forecast predicts and can show. */
  targetVariables: string[];
  /** Frames from which a forecast can start: their −6 h neighbour is in the file too. */
  initialFrames: number[];
}

export interface CheckpointSummary {
  name: string;
  /** It came with the page, as its statistics did. */
  starter: boolean;
  description: string;
  model: ModelConfig;
  task: Task;
  parameterCount: number;
}

export interface AdapterSummary {
  name: string;
  /** A software adapter computes correctly and slowly; the page says so. */
  software: boolean;
}

/** The choices of the Train panel. Everything else of a run has GraphCast's own value. */
/**
 * Variables and levels: a checkpoint's own, all that the data hold, or a released model's. Onto another task than its own
 * a checkpoint is carried over; the own ones of a new network are all that the data hold.
 */
export type TaskChoice = 'own' | 'data' | TaskName;

export interface TrainingSettings {
  preset: string;
  latentSize: number;
  meshSize: number;
  messageSteps: number;
  learningRate: number;
  updates: number;
  seed: number;
  /** Which dates serve training, validation and tests; absent: all data are for training. */
  periods?: Periods;
  sampling?: Sampling;
  /** Windows of one update; 1 when left out. */
  batchSize?: number;
  /** Most autoregressive steps of the fine-tuning that ends the run; 1, or left out: there is none. */
  arSteps?: number;
  activations?: ElementType;
  /** A new network is trained, although a checkpoint is open. */
  fresh?: boolean;
  /** What the network reads and predicts; 'own' when left out. */
  task?: TaskChoice;
  /** Parts that keep their weights. */
  freeze?: Part[];
  /** Weights of variables in the loss, in place of GraphCast's; those of variables that are not predicted have no effect. */
  variableWeights?: Record<string, number>;
  /** Decay, at every update, of a moving average of the weights; none is kept when left out. */
  averageDecay?: number;
  /** What becomes of an update whose loss or gradient is not finite. */
  onBadUpdate?: BadUpdatePolicy;
  /** Updates between validations, where the periods hold days out for it; 200 when left out. */
  validateEvery?: number;
}

/** A run that the browser keeps, or will keep once it is saved. */
export interface KeptRun {
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  created: number;
  /** When it was last saved; milliseconds since 1970. */
  changed: number;
  /** Updates done when it was last saved, and those that it will have. */
  update: number;
  total: number;
  /** Least validation loss; null without a validation. */
  best: number | null;
  /** Name of the data it is trained on; '' when only a checksum of them is known. */
  dataset: string;
  /** Updates between validations. */
  validateEvery: number;
  config: RunConfig;
}

/** How far a piece of work is that takes long. */
export interface WorkProgress {
  done: number;
  total: number;
  /** What is counted, in the plural. */
  unit: string;
  perSecond: number;
  secondsLeft: number;
}

/** Where the time of one update went. */
export interface KernelReport {
  update: number;
  /** The slowest first. */
  kernels: RooflineRow[];
  limits: AdapterRates;
}

export interface MemoryQuestion {
  settings: TrainingSettings;
  /** Autoregressive steps of training. */
  arSteps: number;
  /** Bytes for everything together; null: what 2 GiB for a step need. */
  budget: number | null;
}

export interface MemoryAnswer {
  forecast: MemoryOutcome;
  training: MemoryOutcome;
  /** Of the open device, else what every adapter guarantees; bytes. */
  limits: { maxBinding: number; maxBufferSize: number; guaranteed: boolean };
}

export interface FieldName {
  variable: string;
  /** hPa; null for a surface variable. */
  level: number | null;
}

/** Multi-mesh of a refinement: vertices [n, 3] on the unit sphere and undirected edges with their level. */
export interface MeshEdges {
  vertices: Float32Array;
  /** [edges, 2] vertex numbers, coarse levels first. */
  edges: Int32Array;
  /** Refinement level of each edge. */
  levels: Uint8Array;
}

/** A grid node, degrees, and the mesh that it is connected with. */
export interface GridNodePlace {
  meshSize: number;
  /** The encoder's radius over the longest edge of the finest mesh. */
  radiusFraction: number;
  longitude: number;
  latitude: number;
}

/** Both ends of each edge on the unit sphere, [2 * edges, 3], senders first. */
export interface NodeEdges {
  gridToMesh: Float32Array;
  meshToGrid: Float32Array;
}

export interface FieldScores {
  leadHours: number[];
  /** Latitude-weighted RMSE in the variable's own unit, one per lead time that has a truth. */
  forecast: number[];
  persistence: number[];
}

/** Which forecasts of the open data are scored. */
export interface ScoreQuestion {
  settings: TrainingSettings;
  /** Longest lead time, in steps of 6 h. */
  steps: number;
  /** Hours between initial times. */
  everyHours: number;
}

/** The scores so far. */
export interface ScoreReport {
  scores: Scores;
  progress: WorkProgress;
}

/** The graph of the network that forecasts are made with. */
export interface NetworkGraph extends NetworkEdges {
  meshSize: number;
  /** Of the processor. */
  steps: number;
  latentSize: number;
  /** Mesh nodes on the unit sphere [mesh nodes, 3]. */
  vertices: Float32Array;
  /** Refinement level of each edge of the multi-mesh. */
  levels: Uint8Array;
}

/** What went through the network in one step of 6 h; norms are Euclidean, over the latent's numbers. */
export interface NetworkReadings {
  initialFrame: number;
  /** What made the parameters: 'update 120', the checkpoint's name, or 'random first weights'. */
  parameters: string;
  /** Per processor step, norms of the messages of the multi-mesh's edges. */
  messages: Float32Array[];
  /** Norms of the mesh nodes' latents before the first processor step and after each. */
  nodes: Float32Array[];
  /** Norms of the loss's gradient at the same latents; null where the data hold no truth at +6 h. */
  gradients: Float32Array[] | null;
  loss: number | null;
}

/** Of which forecast number the gradient is asked for. */
export interface SensitivityQuestion extends FieldName {
  initialFrame: number;
  /** Lead time in steps of 6 h, 1 to 4. */
  steps: number;
  /** Degrees; the nearest grid point is taken. */
  longitude: number;
  latitude: number;
}

/** The question, with its grid point's own place, and what made the parameters. */
export interface SensitivitySummary extends SensitivityQuestion {
  parameters: string;
}

export interface SensitivityField {
  /** [lat, lon], the forecast's stored unit per the input field's stored unit. */
  values: Float32Array;
  /** Standard deviation that the input field is normalised with, stored unit; 0 when it is no input. */
  deviation: number;
}

export interface ForecastSummary {
  initialFrame: number;
  leadHours: number[];
  /** What made it: 'update 120', the checkpoint's name, or 'random first weights'. */
  parameters: string;
  cancelled: boolean;
}

/** NetCDF-4, or Zarr in a ZIP archive. */
export type ForecastFormat = 'netcdf' | 'zarr';

/** Addresses of the starter's files. */
export interface StarterRequest {
  checkpoint: string;
  statistics: string[];
  /** A forecast with these settings is asked for next, and hurried: its network is made ready at once. */
  next?: TrainingSettings;
}

/** Requests: name -> [what is sent, what comes back]. */
export interface Calls {
  openDevice: [undefined, AdapterSummary];
  openDataset: [DatasetSource, DatasetSummary];
  /** With no file at all, statistics are computed from the data again. */
  useStatistics: [{ files: File[] }, { names: string[] }];
  /** One that does not fit the data is refused, unless it is to be carried over onto another task. */
  openCheckpoint: [{ file: File; anyTask?: boolean }, CheckpointSummary];
  /** The network that comes with the page, for the planet that does; opened after the data that are on their way. */
  openStarter: [StarterRequest, CheckpointSummary];
  closeCheckpoint: [undefined, undefined];
  field: [FieldName & { frame: number }, Float32Array];
  /** 1st and 99th percentile over a sample of the file's frames. */
  fieldSpread: [FieldName, { low: number; high: number }];
  meshEdges: [{ meshSize: number }, MeshEdges];
  nodeEdges: [GridNodePlace, NodeEdges];
  /** Starts a run with these settings, or goes on with a paused one. */
  train: [TrainingSettings, undefined];
  pause: [undefined, undefined];
  /** One update, then pause. */
  step: [TrainingSettings, undefined];
  /** Ends the run; its parameters stay for forecasts and export. */
  stop: [undefined, undefined];
  /** Answers when the forecast is complete or cancelled; frames are announced by events. */
  forecast: [
    {
      settings: TrainingSettings;
      initialFrame: number;
      steps: number;
      /** Its first frame is waited for: no kernel variants are measured. */
      hurried?: boolean;
    },
    ForecastSummary,
  ];
  /** A saved forecast of the open data. */
  openForecast: [{ file: File }, ForecastSummary];
  cancelForecast: [undefined, undefined];
  /** Puts back the forecast that the last one took the place of; false when it is gone. */
  restoreForecast: [{ initialFrame: number }, boolean];
  /** Puts back the forecasts of data that were replaced and are open again. @returns their initial frames */
  restoreForecasts: [undefined, number[]];
  /** Lets go of forecasts that could be put back. */
  forgetForecasts: [{ what: 'replaced' | 'former' }, undefined];
  forecastField: [FieldName & { initialFrame: number; leadHours: number }, Float32Array];
  forecastScores: [FieldName & { initialFrame: number }, FieldScores];
  /** Answers when all forecasts are scored or the scoring is cancelled; reports come on the way. */
  score: [ScoreQuestion, { scores: Scores; cancelled: boolean }];
  cancelScore: [undefined, undefined];
  /** The graph that these settings, or the open run or checkpoint, give on the open data's grid. */
  networkGraph: [{ settings: TrainingSettings }, NetworkGraph];
  /** Runs one step from an initial frame with the parameters that forecasts use, and says what went through it. */
  readNetwork: [{ settings: TrainingSettings; initialFrame: number }, NetworkReadings];
  /** The gradient of one forecast number with respect to the initial state; null when it was cancelled. */
  sensitivity: [SensitivityQuestion & { settings: TrainingSettings }, SensitivitySummary | null];
  cancelSensitivity: [undefined, undefined];
  /** The last sensitivity to one field of the input frame at −6 h (`previous`) or 0 h (`last`). */
  sensitivityField: [FieldName & { frame: 'previous' | 'last' }, SensitivityField];
  exportForecast: [{ initialFrame: number; format?: ForecastFormat }, Uint8Array];
  exportCheckpoint: [undefined, Uint8Array];
  /** Whether to time an update kernel by kernel now and then while a run trains. */
  watchKernels: [{ watch: boolean }, undefined];
  /** Reads the run back and saves it now, without waiting for the next time. */
  saveRun: [undefined, undefined];
  /** Runs that the browser keeps, the newest first. */
  keptRuns: [undefined, KeptRun[]];
  /** Opens a kept run on the open data: paused where it was saved, or finished. */
  openRun: [{ id: string }, undefined];
  runCurves: [{ id: string }, Curves];
  renameRun: [{ id: string; name: string }, undefined];
  /** The run can be put back until the page is loaded again. */
  removeRun: [{ id: string }, undefined];
  restoreRun: [{ id: string }, undefined];
  /** A run as one ZIP archive, with the files of a run folder. */
  exportRun: [{ id: string }, Uint8Array];
  /** Takes in such an archive; null when it holds no run. */
  importRun: [{ file: File }, KeptRun | null];
  /** Every kernel that the device has compiled so far, as it was compiled. */
  compiledKernels: [undefined, CompiledKernel[]];
  /** What training and forecasting with these settings would take, before anything is allocated. */
  memoryPlan: [MemoryQuestion, MemoryAnswer];
}

export type CallName = keyof Calls;
export type Arguments<K extends CallName> = Calls[K][0];
export type Answer<K extends CallName> = Calls[K][1];

/** What answers the calls. */
export type Handlers = {
  [K in CallName]: (argument: Arguments<K>) => Answer<K> | Promise<Answer<K>>;
};

export type RunPhase = 'idle' | 'preparing' | 'running' | 'paused' | 'finished';

export interface RunSummary {
  /** Under which the browser keeps it; null when it keeps none. */
  id: string | null;
  config: RunConfig;
  parameterCount: number;
  /** Updates that it will have. */
  updates: number;
  /** Updates done: 0 for a new run. */
  done: number;
  /** Forecasts use its parameters: no checkpoint or statistics were opened after its end. */
  leads: boolean;
}

export interface UpdateReport {
  update: number;
  loss: number;
  lossByVariable: Record<string, number>;
  gradientNorm: number;
  learningRate: number;
  /** Wall time since the update before. */
  seconds: number;
  /** How long the update waited for data. */
  dataWaitSeconds: number;
  /** Windows trained on per second of wall time. */
  samplesPerSecond: number;
  /** GPU memory that the run takes. */
  bytes: number;
}

/** How the network does on held-out weather. */
export interface ValidationReport extends ValidationMetrics {
  update: number;
  /** No earlier validation of the run had a lower loss. */
  best: boolean;
}

/** Events: name -> what they carry. */
export interface Events {
  phase: {
    phase: RunPhase;
    /** Plain words while preparing: 'Computing statistics'. */
    note?: string;
    progress?: WorkProgress;
  };
  /** A run has been built, or an error or a lost device has put it back. */
  runReady: RunSummary;
  /** One or more, in order; many short updates travel together. */
  updates: UpdateReport[];
  validation: ValidationReport;
  alarms: Alarm[];
  /** The runs that the browser keeps have changed. */
  keptRuns: KeptRun[];
  kernels: KernelReport;
  forecastFrame: { initialFrame: number; leadHours: number; done: number; steps: number; seconds: number };
  scores: ScoreReport;
  sensitivityProgress: WorkProgress;
  /** An old forecast had to make room for a new one. */
  forecastDropped: { initialFrame: number };
  /** @property recovering the engine asks for another device itself, and goes on with the run */
  deviceLost: { message: string; recovering: boolean };
  /** Another device was found, and the run goes on after this update. */
  deviceBack: AdapterSummary & { update: number };
  /** Something to know that stops nothing. */
  notice: { message: string };
  /** Training stopped on an error; a request's own error comes as its answer. */
  failed: ErrorReport;
}

export type EventName = keyof Events;

export type Request = { [K in CallName]: { id: number; call: K; arguments: Arguments<K> } }[CallName];

export type Reply = { id: number; result: unknown } | { id: number; error: ErrorReport };

export type EventMessage = { [K in EventName]: { event: K; detail: Events[K] } }[EventName];

export type EngineMessage = Reply | EventMessage;
