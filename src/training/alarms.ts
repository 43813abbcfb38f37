import type { LearningRate, Phase } from './run_config';
import type { UpdateMetrics } from './trainer';

/** Something about a run that its owner would want to know, in words. */
export interface Alarm {
  kind:
    | 'gradient spike'
    | 'starving'
    | 'validation rising'
    | 'learning rate'
    | 'bad update'
    | 'rolled back'
    | 'device lost';
  /** The update at which it was noticed; where a run was put back, the one that it goes on from. */
  update: number;
  message: string;
  /** Of the batch that it is about, seconds since 1970-01-01 UTC. */
  initialTimes?: number[];
}

/** Gradient norms that "ordinary" is judged by. */
const REMEMBERED = 100;
/** As many must be known before one can be out of the ordinary. */
const LEAST_KNOWN = 20;
/** A spike is a gradient this many times the median of the last ones. */
const SPIKE = 10;
/** A run starves when it waits for data for more than this share of its time. */
const STARVING = 0.2;
/** Updates over which that share is taken, and after which it may be said again. */
const STARVING_UPDATES = 50;
/** Validations in a row above the best, by at least a share of it, that count as rising. */
const RISING_VALIDATIONS = 3;
const RISING_SHARE = 0.02;

/** The paper's peak rate; what is far above it is seldom meant (a page once shipped ten times as much). */
const USUAL_LEARNING_RATE = 1e-3;

/** Watches the figures of sound updates for trouble; those whose loss or gradient is not finite are not shown to it. */
export class AlarmWatch {
  private readonly norms: number[] = [];
  private readonly waits: { waited: number; seconds: number }[] = [];
  private starvingSaid = Number.NEGATIVE_INFINITY;
  private above = 0;

  /** What can be said before the first update. */
  static ofSchedule(phases: Phase[]): Alarm[] {
    const most = Math.max(...phases.map(({ learning_rate: rate }) => highest(rate)));
    if (most <= 10 * USUAL_LEARNING_RATE) return [];
    return [
      {
        kind: 'learning rate',
        update: 0,
        message: `The learning rate reaches ${most}, more than ten times GraphCast's ${USUAL_LEARNING_RATE}: the loss may not fall.`,
      },
    ];
  }

  /** Takes note of an update. */
  observe(metrics: UpdateMetrics): Alarm[] {
    return [...this.spike(metrics), ...this.starving(metrics)];
  }

  /** Takes note of a validation's loss. @param best the least one of the run before */
  observeValidation(update: number, loss: number, best: number): Alarm[] {
    if (loss < best) this.above = 0;
    else if (loss > best * (1 + RISING_SHARE)) this.above++;
    if (this.above !== RISING_VALIDATIONS) return [];
    const message = `The validation loss has been above its best, ${best.toPrecision(4)}, ${RISING_VALIDATIONS} times in a row (now ${loss.toPrecision(4)}): the network may be learning its training data by heart.`;
    return [{ kind: 'validation rising', update, message }];
  }

  private spike({ update, gradientNorm: norm, initialTimes }: UpdateMetrics): Alarm[] {
    const median = this.norms.length < LEAST_KNOWN ? Number.POSITIVE_INFINITY : medianOf(this.norms);
    this.norms.push(norm);
    if (this.norms.length > REMEMBERED) this.norms.shift();
    if (norm <= SPIKE * median) return [];
    const message = `The gradient norm of update ${update} is ${norm.toPrecision(3)}, ${Math.round(norm / median)} times the usual ${median.toPrecision(3)}: look at its data, or lower the learning rate if it happens again.`;
    return [{ kind: 'gradient spike', update, message, initialTimes }];
  }

  private starving({ update, dataWaitSeconds: waited, seconds }: UpdateMetrics): Alarm[] {
    this.waits.push({ waited, seconds });
    if (this.waits.length > STARVING_UPDATES) this.waits.shift();
    if (this.waits.length < STARVING_UPDATES || update - this.starvingSaid < STARVING_UPDATES) return [];
    const sum = (of: 'waited' | 'seconds') => this.waits.reduce((total, entry) => total + entry[of], 0);
    const share = sum('waited') / sum('seconds');
    if (share <= STARVING) return [];
    this.starvingSaid = update;
    const message = `Training waits for data ${Math.round(100 * share)} % of its time: use a faster disk, larger chunks, or a cache.`;
    return [{ kind: 'starving', update, message }];
  }
}

const highest = (rate: LearningRate) =>
  rate.shape === 'constant' ? rate.value : Math.max(rate.from, rate.to);

function medianOf(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
