import * as errors from './errors';

/** An error as it travels between threads. */
export interface ErrorReport {
  /** Class name, so that the other side can tell a plain-words error from a defect. */
  name: string;
  message: string;
}

const TYPES: Record<string, new (message: string) => Error> = { ...errors };

/** An error as it travels: its sentence, and the typed error that it is or, where a module has finer ones, extends. */
export function describeError(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  for (let kind = Object.getPrototypeOf(error); kind; kind = Object.getPrototypeOf(kind)) {
    const known = Object.keys(TYPES).find((name) => TYPES[name].prototype === kind);
    if (known) return { name: known, message: error.message };
  }
  return { name: error.name, message: error.message };
}

/** An error of the same class as the other thread threw, so that `instanceof WorkbenchError` holds on this side. */
export function reviveError(report: ErrorReport): Error {
  const Type = TYPES[report.name] ?? Error;
  return new Type(report.message);
}
