/** A run's curves: never more points than a chart can show, however long the run. */
import type { UpdateReport, ValidationReport } from './protocol';

/** One number per update that is kept. */
export interface Curves {
  update: number[];
  loss: number[];
  lossByVariable: Record<string, number[]>;
  gradientNorm: number[];
  learningRate: number[];
  samplesPerSecond: number[];
  /** Of GPU memory; null where it was not written down. */
  bytes: (number | null)[];
  /** Only updates that are multiples of this are kept. */
  stride: number;
  /** On held-out weather; all of them are kept. */
  validation: { update: number[]; loss: number[]; lossByVariable: Record<string, number[]> };
}

export type CurvePoint = Pick<
  UpdateReport,
  'update' | 'loss' | 'lossByVariable' | 'gradientNorm' | 'learningRate' | 'samplesPerSecond'
> & { bytes: number | null };

const MOST_POINTS = 4000;

export function emptyCurves(): Curves {
  return {
    update: [],
    loss: [],
    lossByVariable: {},
    gradientNorm: [],
    learningRate: [],
    samplesPerSecond: [],
    bytes: [],
    stride: 1,
    validation: { update: [], loss: [], lossByVariable: {} },
  };
}

/** Adds a point; when there are too many, every second one goes. Grows in place, thins into a new object. */
export function addPoint(curves: Curves, point: CurvePoint): Curves {
  const { update, lossByVariable } = point;
  // The first update is where every curve begins.
  if (update !== 1 && update % curves.stride !== 0) return curves;
  curves.update.push(update);
  for (const name of ['loss', 'gradientNorm', 'learningRate', 'samplesPerSecond', 'bytes'] as const) {
    (curves[name] as (number | null)[]).push(point[name]);
  }
  addByVariable(curves.lossByVariable, lossByVariable);
  if (curves.update.length <= MOST_POINTS) return curves;
  const stride = curves.stride * 2;
  return { ...keep(curves, (at) => at === 1 || at % stride === 0), stride };
}

/** Adds a validation. Grows in place. */
export function addValidation({ validation }: Curves, report: ValidationReport): void {
  validation.update.push(report.update);
  validation.loss.push(report.loss);
  addByVariable(validation.lossByVariable, report.lossByVariable);
}

/** The curves up to and including an update: what a lost device left of a run. */
export function curvesUntil(curves: Curves, update: number): Curves {
  const { validation } = curves;
  const held = validation.update.map((at) => at <= update);
  return {
    ...keep(curves, (at) => at <= update),
    validation: {
      update: validation.update.filter((_, i) => held[i]),
      loss: validation.loss.filter((_, i) => held[i]),
      lossByVariable: filtered(validation.lossByVariable, held),
    },
  };
}

/**
 * The curves in a file of metrics, as a run folder has it. Lines that are not whole are passed over.
 * @param batchSize windows of one update
 */
export function curvesOf(metrics: string, batchSize: number): Curves {
  let curves = emptyCurves();
  for (const line of metrics.split('\n')) {
    const read = parseLine(line);
    if (read?.validation) {
      const { loss, loss_by_variable: lossByVariable } = read.validation;
      addValidation(curves, { update: read.update, loss, lossByVariable } as ValidationReport);
    } else if (read?.loss !== undefined) {
      curves = addPoint(curves, {
        update: read.update,
        loss: read.loss,
        lossByVariable: read.loss_by_variable ?? {},
        gradientNorm: read.gradient_norm,
        learningRate: read.learning_rate,
        samplesPerSecond: read.samples_per_second ?? batchSize / read.seconds,
        bytes: read.gpu_bytes ?? null,
      });
    }
  }
  return curves;
}

function parseLine(line: string) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function addByVariable(curves: Record<string, number[]>, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    curves[name] ??= [];
    curves[name].push(value);
  }
}

function keep(curves: Curves, wanted: (update: number) => boolean): Curves {
  const kept = curves.update.map(wanted);
  const chosen = <T>(values: T[]) => values.filter((_, i) => kept[i]);
  return {
    ...curves,
    update: chosen(curves.update),
    loss: chosen(curves.loss),
    lossByVariable: filtered(curves.lossByVariable, kept),
    gradientNorm: chosen(curves.gradientNorm),
    learningRate: chosen(curves.learningRate),
    samplesPerSecond: chosen(curves.samplesPerSecond),
    bytes: chosen(curves.bytes),
  };
}

function filtered(curves: Record<string, number[]>, kept: boolean[]): Record<string, number[]> {
  const entries = Object.entries(curves);
  return Object.fromEntries(entries.map(([name, values]) => [name, values.filter((_, i) => kept[i])]));
}
