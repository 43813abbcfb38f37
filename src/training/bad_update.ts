import { formatUtc } from '../weather/cf_time';
import type { UpdateMetrics } from './trainer';

/** Names that a sentence bears before it says how many more there are. */
const MOST_NAMES = 4;

/** What is wrong with an update whose loss or gradient is not finite, or whose data could not be read. */
export interface BadUpdate {
  update: number;
  /** Variables and levels whose loss is not finite: 'geopotential 500'. */
  fields: string[];
  /** Modules whose gradient is not finite: 'encoder', 'processor step 3'. */
  modules: string[];
  /** Of the batch's windows, seconds since 1970-01-01 UTC. */
  initialTimes: number[];
  /** Why the batch could not be read; absent where it could. */
  dataError?: string;
}

/** What is wrong with an update; undefined for a sound one. */
export function badUpdate(metrics: UpdateMetrics): BadUpdate | undefined {
  const { update, loss, gradientNorm, lossByField, gradientNormByModule, initialTimes, dataError } = metrics;
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return undefined;
  const notFinite = (values: Record<string, number>) =>
    Object.keys(values).filter((name) => !Number.isFinite(values[name]));
  const [fields, modules] = [lossByField, gradientNormByModule].map(notFinite);
  return { update, fields, modules, initialTimes, dataError };
}

/** "The loss of update 7 (geopotential 500) and its gradient (encoder) are not finite; its batch is of …". */
export function describeBadUpdate({ update, fields, modules, initialTimes, dataError }: BadUpdate): string {
  const times = `its batch is of ${listed(initialTimes.map(formatUtc))}`;
  if (dataError !== undefined)
    return `The data of update ${update} cannot be used; ${times}; ${dataError.replace(/\.$/, '')}`;
  if (fields.length === 0) {
    const where = modules.length > 0 ? ` (${listed(modules)})` : '';
    return `The gradient of update ${update}${where} is not finite; ${times}`;
  }
  if (modules.length === 0) return `The loss of update ${update} (${listed(fields)}) is not finite; ${times}`;
  return `The loss of update ${update} (${listed(fields)}) and its gradient (${listed(modules)}) are not finite; ${times}`;
}

function listed(names: string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
}
