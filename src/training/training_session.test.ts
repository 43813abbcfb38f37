import { describe, expect, test, vi } from 'vitest';
import { DatasetError, DeviceError, TrainingError } from '../errors';
import type { Checkpoint } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { samplePlanet } from '../weather/sample_planet.fixture';
import { computeStatistics } from '../weather/statistics';
import { taskFromDataset } from '../weather/task';
import { dawn } from '../webgpu/dawn';
import { openDevice } from '../webgpu/device';
import type { Alarm } from './alarms';
import type { BadUpdatePolicy } from './bad_update_policy';
import { completeRunConfig, type PartialRunConfig, type Phase, presetModel } from './run_config';
import type { RunPoint } from './run_point';
import type { SessionJob, SessionStore } from './session_job';
import { type OptimizerState, Trainer, type UpdateMetrics } from './trainer';
import { TrainingSession } from './training_session';

const UPDATES = 12;
const planet = samplePlanet();
const task = { ...taskFromDataset(planet), pressureLevels: [500, 850] };
const statistics = await computeStatistics(planet, task);

function runConfig(given: PartialRunConfig = {}) {
  const learningRate = { shape: 'constant', value: 1e-3 } as const;
  return completeRunConfig(
    {
      model: { mesh_size: 0, latent_size: 8, gnn_msg_steps: 1 },
      phases: [{ updates: UPDATES, learning_rate: learningRate, ar_steps: 1 }],
      ...given,
    },
    { task, model: presetModel('tiny'), updates: UPDATES },
  );
}

/** A store in memory, with what it was given. */
class Notes implements SessionStore {
  metrics: UpdateMetrics[] = [];
  alarms: Alarm[] = [];
  saved: { parameters: Checkpoint['parameters']; state: OptimizerState } | undefined;
  async appendMetrics(metrics: UpdateMetrics) {
    this.metrics.push(metrics);
  }
  async appendValidation() {}
  async appendAlarm(alarm: Alarm) {
    this.alarms.push(alarm);
  }
  async cutBack(to: number) {
    this.metrics = this.metrics.filter(({ update }) => update <= to);
    this.alarms = this.alarms.filter(({ update }) => update <= to);
  }
  async leastValidationLoss() {
    return Number.POSITIVE_INFINITY;
  }
  async save({ parameters }: Checkpoint, state: OptimizerState) {
    this.saved = { parameters, state };
  }
  async saveBeside() {}

  /** Where a process that resumes the run would begin. */
  get point(): RunPoint {
    const { parameters, state } = this.saved!;
    return { parameters: new Map([...parameters].map(([name, { data }]) => [name, data])), state };
  }
}

interface Circumstances {
  config?: PartialRunConfig;
  dataset?: Dataset;
  /** Goes on from what these notes hold. */
  resumed?: Notes;
  /** Asked to stop after this update. */
  stopAfter?: number;
  /** Harms or changes what an update gives. */
  onMetrics?: (metrics: UpdateMetrics, trainer: Trainer) => UpdateMetrics;
}

/** Runs a session; its store is there even when it fails. */
async function train({ config: given, dataset = planet, resumed, stopAfter, onMetrics }: Circumstances = {}) {
  const config = runConfig(given);
  const { inputs, state } = channelLayout(task);
  const arrays = parameterArrays(config.model, inputs.length, state.length);
  const notes = resumed ?? new Notes();
  let done = 0;
  let devices = 0;
  const session = new TrainingSession({
    config,
    about: { description: 'test', license: 'test' },
    start: resumed?.point ?? { parameters: initialiseParameters(arrays, config.seed) },
    async openTrainer(at) {
      devices++;
      const gpu = await openDevice(await dawn());
      const trainer = await Trainer.create({ gpu, dataset, statistics, config, ...at });
      const update = trainer.update.bind(trainer);
      trainer.update = async () => {
        const { metrics } = await update();
        const changed = metrics.then((known) => onMetrics?.(known, trainer) ?? known);
        changed.catch(() => undefined);
        return { metrics: changed };
      };
      const close = () => {
        trainer.destroy();
        gpu.close();
      };
      return { trainer, close };
    },
    openStore: async () => notes,
    resumed,
    isSaveDue: (update) => update % 4 === 0,
    mustStop: () => done === stopAfter,
    remedy: (isSaved) => (isSaved ? 'resume it' : 'start anew'),
    onUpdate({ update }) {
      done = update;
    },
  });
  const outcome = await session.run().catch((error: Error) => error);
  return { outcome, notes, devices };
}

/** What must be the same in two runs: all bits that the last checkpoint holds. */
const checkpointOf = ({ saved }: Notes) => saved;

const undisturbed = await train();

describe('a lost device', () => {
  test('is replaced by another one, and the run ends as if nothing had happened', async () => {
    let destroyed = false;
    const { outcome, notes, devices } = await train({
      onMetrics(metrics, { model }) {
        if (metrics.update === 6 && !destroyed) {
          destroyed = true;
          model.gpu.device.destroy();
        }
        return metrics;
      },
    });
    expect(outcome).toMatchObject({ updates: UPDATES, stopped: false });
    expect(devices).toBe(2);
    expect(notes.metrics.map(({ update }) => update)).toEqual(
      Array.from({ length: UPDATES }, (_, i) => i + 1),
    );
    expect(notes.alarms.map(({ kind, update }) => [kind, update])).toEqual([['device lost', 4]]);
    expect(notes.alarms[0].message).toMatch(
      /lost after update [678]: going on from the checkpoint of update 4/,
    );
    expect(checkpointOf(notes)).toEqual(checkpointOf(undisturbed.notes));
  });

  test('that is lost again and again, or is followed by none, ends the run', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((go: () => void) => {
      setImmediate(go);
    }) as typeof setTimeout);
    let opened = 0;
    const gone = { lost: Promise.resolve({ reason: 'unknown', message: '' }) };
    const job = {
      config: runConfig(),
      start: { parameters: new Map() },
      mustStop: () => false,
      async openTrainer() {
        if (++opened % 2 === 0) throw new DeviceError('There is no adapter.');
        const update = () => Promise.reject(new DeviceError('The device was lost.'));
        return { trainer: { updates: 0, model: { gpu: gone }, update }, close: () => undefined };
      },
    } as unknown as SessionJob;
    await expect(new TrainingSession(job).run()).rejects.toThrow(DeviceError);
    expect(opened).toBe(6);
    timer.mockRestore();
  });

  test('leaves the run where it was saved, when it is asked to stop before there is another', async () => {
    let opened = 0;
    const outcome = await new TrainingSession({
      ...{ config: runConfig(), start: { parameters: new Map() } },
      mustStop: () => opened > 3,
      async openTrainer() {
        if (++opened > 1) throw new DeviceError('There is no adapter.');
        const model = { gpu: { lost: Promise.resolve({ reason: 'unknown', message: '' }) } };
        const update = () => Promise.reject(new DeviceError('The device was lost.'));
        return { trainer: { updates: 0, model, update }, close: () => undefined };
      },
    } as unknown as SessionJob).run();
    expect(outcome).toMatchObject({ updates: 0, stopped: true });
    expect(opened).toBe(4);
  });

  test('is told from an error, which ends the run', async () => {
    const { outcome, devices } = await train({
      onMetrics({ update }) {
        throw new DeviceError(`The GPU reported an error in update ${update}.`);
      },
    });
    expect(outcome).toBeInstanceOf(DeviceError);
    expect(devices).toBe(1);
  });
});

/** Frame 12's 2 m temperatures are so large that their squares are not finite. */
const spoilt: Dataset = {
  ...planet,
  async read(variable, frame, levels) {
    const values = await planet.read(variable, frame, levels);
    return variable === '2m_temperature' && frame === 12 ? values.map(() => 1e25) : values;
  },
};
const spoiltTime = '2024-01-03 18:00 UTC'; // of the window whose target frame 12 is
const withPolicy = (policy: BadUpdatePolicy): PartialRunConfig => ({
  on_bad_update: policy,
  sampling: 'epochs',
  batch_size: 2,
  ema_decay: 0.9,
});

describe('an update that is not finite', () => {
  test('ends the run where nothing else is asked for, and is named with all that is known', async () => {
    const { outcome, notes } = await train({ config: withPolicy('stop'), dataset: spoilt });
    expect(outcome).toBeInstanceOf(TrainingError);
    const message = String(outcome);
    expect(message).toMatch(/The loss of update \d+ \(.*2m_temperature.*\) and its gradient \(encoder, /);
    expect(message).toMatch(
      /its batch is of 2024-01-\d\d \d\d:00 UTC, 2024-01-\d\d \d\d:00 UTC: (resume|start)/,
    );
    const bad = Number(/update (\d+)/.exec(message)![1]);
    expect(notes.metrics.at(-1)?.update).toBe(bad - 1);
    expect(notes.saved?.state.update ?? 0).toBe(Math.floor((bad - 1) / 4) * 4);
    expect(notes.alarms.map((alarm) => alarm.message)).toEqual([(outcome as Error).message]);
  });

  test('is skipped where that is asked for, the same again after a resume', async () => {
    const all = await train({ config: withPolicy('skip'), dataset: spoilt });
    expect(all.outcome).toMatchObject({ updates: UPDATES });
    const { notes } = all;
    // An epoch of 22 windows, three of which have the spoilt frame, are 11 updates of two.
    expect(notes.alarms.length).toBeGreaterThanOrEqual(2);
    expect(notes.alarms.every(({ kind }) => kind === 'bad update')).toBe(true);
    const told = notes.alarms.map(({ message }) => message).join('\n');
    expect(told).toContain(spoiltTime);
    expect(told).toMatch(/: it was skipped\.$/);
    for (const { update } of notes.alarms) {
      expect(Number.isFinite(notes.metrics[update - 1].gradientNorm)).toBe(false);
    }
    for (const { data } of notes.saved!.parameters.values()) expect(data.every(Number.isFinite)).toBe(true);

    const first = await train({ config: withPolicy('skip'), dataset: spoilt, stopAfter: 6 });
    expect(first.outcome).toMatchObject({ stopped: true });
    const { notes: resumed } = await train({
      config: withPolicy('skip'),
      dataset: spoilt,
      resumed: first.notes,
    });
    expect(checkpointOf(resumed)).toEqual(checkpointOf(notes));
    expect(resumed.alarms).toEqual(notes.alarms);
  });

  test('ten of them in a row are too many', async () => {
    const onMetrics = (metrics: UpdateMetrics) => ({ ...metrics, gradientNorm: Number.NaN });
    const { outcome, notes } = await train({ config: withPolicy('skip'), onMetrics });
    expect(String(outcome)).toMatch(
      /The gradient of update 10 is not finite; .*, and so were the 9 before it/,
    );
    expect(notes.alarms).toHaveLength(10);
  });

  test('puts the run back with half the rate where that is asked for, the same again after a resume', async () => {
    // Bad as long as the learning rate is what the schedule says.
    const onMetrics = (metrics: UpdateMetrics) =>
      metrics.update === 6 && metrics.learningRate === 1e-3
        ? { ...metrics, loss: Number.POSITIVE_INFINITY }
        : metrics;
    const config = withPolicy('roll_back');
    const { outcome, notes } = await train({ config, onMetrics });
    expect(outcome).toMatchObject({ updates: UPDATES });
    expect(notes.alarms.map(({ kind, update }) => [kind, update])).toEqual([['rolled back', 4]]);
    expect(notes.alarms[0].message).toMatch(
      /going on from the checkpoint of update 4 with half the learning/,
    );
    expect(notes.metrics.map(({ update }) => update)).toEqual(
      Array.from({ length: UPDATES }, (_, i) => i + 1),
    );
    const rates = notes.metrics.map(({ learningRate }) => learningRate / 1e-3);
    expect(rates).toEqual(Array.from({ length: UPDATES }, (_, i) => (i < 4 ? 1 : 0.5)));
    expect(notes.saved!.state.rateScale).toBe(0.5);

    // Asked to stop later on, and killed before anything was saved with the halved rate but that it is halved.
    let killed = false;
    const killedAtFive = (metrics: UpdateMetrics) => {
      if (metrics.update !== 5 || metrics.learningRate === 1e-3 || killed) return onMetrics(metrics);
      killed = true;
      throw new Error('killed');
    };
    for (const interruption of [{ stopAfter: 9, onMetrics }, { onMetrics: killedAtFive }]) {
      const first = await train({ config, ...interruption });
      const { notes: resumed } = await train({ config, onMetrics, resumed: first.notes });
      expect(checkpointOf(resumed)).toEqual(checkpointOf(notes));
      expect(resumed.alarms).toEqual(notes.alarms);
    }
    expect(killed).toBe(true);
  });

  test('that no halving helps ends the run', async () => {
    const onMetrics = (metrics: UpdateMetrics) =>
      metrics.update === 2 ? { ...metrics, loss: Number.NaN } : metrics;
    const { outcome, notes } = await train({ config: withPolicy('roll_back'), onMetrics });
    expect(String(outcome)).toMatch(/after 10 halvings of the learning rate, which are undone: resume it\./);
    expect(notes.saved!.state).toMatchObject({ update: 0, rateScale: 1 });
    expect(notes.alarms.map(({ kind }) => kind)).toEqual([
      ...new Array(10).fill('rolled back'),
      'bad update',
    ]);
  });
});

describe('a frame with a gap', () => {
  const gap: Dataset = {
    ...planet,
    async read(variable, frame, levels) {
      const values = await planet.read(variable, frame, levels);
      return variable === 'temperature' && frame === 12 ? values.fill(Number.NaN, 5, 7) : values;
    },
  };

  test('ends the run, which then says how to go on', async () => {
    const { outcome } = await train({ config: withPolicy('roll_back'), dataset: gap });
    expect(outcome).toBeInstanceOf(DatasetError);
    expect(String(outcome)).toMatch(
      /'temperature' at 500 hPa on .* 2 of \d+ grid points.*on_bad_update is skip/,
    );
  });

  test('is left out where bad updates are skipped, the same again after a resume', async () => {
    const all = await train({ config: withPolicy('skip'), dataset: gap });
    expect(all.outcome).toMatchObject({ updates: UPDATES });
    const { notes } = all;
    expect(notes.alarms.length).toBeGreaterThanOrEqual(2);
    for (const { kind, update, message } of notes.alarms) {
      expect(kind).toBe('bad update');
      expect(message).toMatch(
        /^The data of update \d+ cannot be used; its batch is of 2024-.*'temperature' at 500 hPa on .* 2 of \d+ grid points.*: it was skipped\.$/,
      );
      expect(notes.metrics[update - 1].loss).toBeNaN();
    }
    const sound = notes.metrics.filter(({ loss }) => Number.isFinite(loss));
    expect(sound).toHaveLength(UPDATES - notes.alarms.length);
    for (const { data } of notes.saved!.parameters.values()) expect(data.every(Number.isFinite)).toBe(true);

    const first = await train({ config: withPolicy('skip'), dataset: gap, stopAfter: 6 });
    const { notes: resumed } = await train({
      config: withPolicy('skip'),
      dataset: gap,
      resumed: first.notes,
    });
    expect(checkpointOf(resumed)).toEqual(checkpointOf(notes));
    expect(resumed.alarms).toEqual(notes.alarms);
  });
});

test('data that cannot be read end the run, and what it has learnt is kept', async () => {
  let isGone = false;
  const failing: Dataset = {
    ...planet,
    async read(...field) {
      if (isGone) throw new DatasetError('The disk is gone.');
      return planet.read(...field);
    },
  };
  const { outcome, notes } = await train({
    dataset: failing,
    onMetrics(metrics) {
      isGone = metrics.update >= 5; // some windows have been read ahead
      return metrics;
    },
  });
  expect(String(outcome)).toContain('The disk is gone.');
  const reached = notes.metrics.length;
  expect(reached).toBeLessThan(UPDATES);
  expect(reached % 4).not.toBe(0);
  expect(notes.saved?.state.update).toBe(reached);
  const { notes: resumed } = await train({ resumed: notes });
  expect(checkpointOf(resumed)).toEqual(checkpointOf(undisturbed.notes));
});

test('an uncommon learning rate is told before the first update, and written down', async () => {
  const learningRate = { shape: 'constant', value: 0.02 } as const;
  const phases = [{ updates: 1, learning_rate: learningRate, ar_steps: 1 }];
  const { notes } = await train({ config: { phases } });
  expect(notes.alarms.map(({ kind, update }) => [kind, update])).toEqual([['learning rate', 0]]);
});

test('a phase that stores activations in another way is trained in another trainer, the same after a resume', async () => {
  const rate = { shape: 'constant', value: 1e-3 } as const;
  const phases: Phase[] = (['float32', 'bfloat16'] as const).map((activations) => ({
    ...{ updates: UPDATES / 2, learning_rate: rate, ar_steps: 1, activations },
  }));
  const { outcome, notes, devices } = await train({ config: { phases } });
  expect(outcome).toMatchObject({ updates: UPDATES });
  expect(devices).toBe(2);
  expect(notes.metrics.map(({ update }) => update)).toEqual(Array.from({ length: UPDATES }, (_, i) => i + 1));
  expect(checkpointOf(notes)).not.toEqual(checkpointOf(undisturbed.notes));
  const first = await train({ config: { phases }, stopAfter: 8 });
  const { notes: resumed, devices: more } = await train({ config: { phases }, resumed: first.notes });
  expect(more).toBe(1);
  expect(checkpointOf(resumed)).toEqual(checkpointOf(notes));
});
