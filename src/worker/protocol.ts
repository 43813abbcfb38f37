/**
 * What the page and the engine's thread say to each other. Requests are answered once, by number; events come
 * when they come. Arrays travel as transferables, never copied.
 */
import type { ErrorReport } from '../error_report';
import type { ModelConfig } from '../graphcast/config';
import type { MemoryOutcome } from '../training/memory_plan';
import type { Sampling } from '../training/sampler';
import type { VariableInfo } from '../weather/dataset';
import type { Periods } from '../weather/periods';
import type { Task } from '../weather/task';
import type { AdapterRates } from '../webgpu/adapter_rates';
import type { RooflineRow } from '../webgpu/roofline';

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
  /** What a forecast predicts and can show. */
  targetVariables: string[];
  /** Frames from which a forecast can start: their −6 h neighbour is in the file too. */
  initialFrames: number[];
}

export interface CheckpointSummary {
  name: string;
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

export interface FieldScores {
  leadHours: number[];
  /** Latitude-weighted RMSE in the variable's own unit, one per lead time that has a truth. */
  forecast: number[];
  persistence: number[];
}

export interface ForecastSummary {
  initialFrame: number;
  leadHours: number[];
  /** What made it: 'update 120', the checkpoint's name, or 'random first weights'. */
  parameters: string;
  cancelled: boolean;
}

/** Requests: name -> [what is sent, what comes back]. */
export interface Calls {
  openDevice: [undefined, AdapterSummary];
  openDataset: [DatasetSource, DatasetSummary];
  /** With no file at all, statistics are computed from the data again. */
  useStatistics: [{ files: File[] }, { names: string[] }];
  openCheckpoint: [{ file: File }, CheckpointSummary];
  closeCheckpoint: [undefined, undefined];
  field: [FieldName & { frame: number }, Float32Array];
  /** 1st and 99th percentile over a sample of the file's frames. */
  fieldSpread: [FieldName, { low: number; high: number }];
  meshEdges: [{ meshSize: number }, MeshEdges];
  /** Starts a run with these settings, or goes on with a paused one. */
  train: [TrainingSettings, undefined];
  pause: [undefined, undefined];
  /** One update, then pause. */
  step: [TrainingSettings, undefined];
  /** Ends the run; its parameters stay for forecasts and export. */
  stop: [undefined, undefined];
  /** Answers when the forecast is complete or cancelled; frames are announced by events. */
  forecast: [{ settings: TrainingSettings; initialFrame: number; steps: number }, ForecastSummary];
  cancelForecast: [undefined, undefined];
  forecastField: [FieldName & { initialFrame: number; leadHours: number }, Float32Array];
  forecastScores: [FieldName & { initialFrame: number }, FieldScores];
  exportForecast: [{ initialFrame: number }, Uint8Array];
  exportCheckpoint: [undefined, Uint8Array];
  /** Whether to time an update kernel by kernel now and then while a run trains. */
  watchKernels: [{ watch: boolean }, undefined];
  /** What training and forecasting with these settings would take, before anything is allocated. */
  memoryPlan: [MemoryQuestion, MemoryAnswer];
}

export type CallName = keyof Calls;
export type Arguments<K extends CallName> = Calls[K][0];
export type Answer<K extends CallName> = Calls[K][1];

export type RunPhase = 'idle' | 'preparing' | 'running' | 'paused' | 'finished';

export interface RunSummary {
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
}

/** Events: name -> what they carry. */
export interface Events {
  phase: {
    phase: RunPhase;
    /** Plain words while preparing: 'Computing statistics, frame 4 of 10'. */
    note?: string;
    progress?: WorkProgress;
  };
  /** A run has been built, or an error or a lost device has put it back. */
  runReady: RunSummary;
  /** One or more, in order; many short updates travel together. */
  updates: UpdateReport[];
  kernels: KernelReport;
  forecastFrame: { initialFrame: number; leadHours: number; done: number; steps: number; seconds: number };
  /** An old forecast had to make room for a new one. */
  forecastDropped: { initialFrame: number };
  deviceLost: { message: string };
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
