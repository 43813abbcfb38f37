/**
 * Typed errors. Each message is one sentence for the person who meets it: what is wrong, where
 * (file, variable, time, level), what was expected, and what to do.
 */

/** Common parent, so that a face (page, command line) can show the message without a stack trace. */
export class WorkbenchError extends Error {
  override name = 'WorkbenchError';
}

/** A data file cannot be read, or what it holds does not fit what is asked of it. */
export class DatasetError extends WorkbenchError {
  override name = 'DatasetError';
}

/** A checkpoint cannot be read, or does not fit the data or the configuration. */
export class CheckpointError extends WorkbenchError {
  override name = 'CheckpointError';
}

/** A checkpoint is of other variables or levels than the data hold, onto which it may be carried over. */
export class MisfitError extends CheckpointError {
  override name = 'MisfitError';
}

/** There is no WebGPU adapter, it lacks what is needed, or it was lost. */
export class DeviceError extends WorkbenchError {
  override name = 'DeviceError';
}

/** A run's configuration or a command's arguments are wrong. */
export class ConfigError extends WorkbenchError {
  override name = 'ConfigError';
}

/** Training cannot go on: the loss is not a number any more. */
export class TrainingError extends WorkbenchError {
  override name = 'TrainingError';
}

/** A run's files cannot be written: no space is left, the folder is closed or gone. */
export class StorageError extends WorkbenchError {
  override name = 'StorageError';
}
