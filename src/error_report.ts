import * as errors from './errors';

/** An error as it travels between threads. */
export interface ErrorReport {
  /** Class name, so that the other side can tell a plain-words error from a defect. */
  name: string;
  message: string;
}

/** An error as it travels: its class's name and its sentence. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** An error of the same class as the other thread threw, so that `instanceof WorkbenchError` holds on this side. */
export function reviveError(report: ErrorReport): Error {
  const types: Record<string, new (message: string) => Error> = { ...errors };
  const Type = types[report.name] ?? Error;
  return new Type(report.message);
}
