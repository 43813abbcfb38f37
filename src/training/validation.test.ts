import { describe, expect, it } from 'vitest';
import { climatologyData, RunningClimatology } from '../forecast/climatology';
import { rollout } from '../forecast/rollout';
import { rootMeanSquareError, SpatialMeans } from '../forecast/spatial_means';
import { goldenPath, goldenSet } from '../graphcast/golden.fixture';
import { Model } from '../graphcast/model';
import { type Dataset, openDataset } from '../weather/dataset';
import { type Periods, periodBetween } from '../weather/periods';
import { readStatistics } from '../weather/statistics';
import { FRAME_SECONDS } from '../weather/window_index';
import { WindowReader } from '../weather/windows';
import { Executor } from '../webgpu/execute';
import { withDevice } from '../webgpu/testing';
import { trainingTerms, variableWeights } from './loss_weights';
import { RolloutLoss } from './rollout_loss';
import type { RunConfig } from './run_config';
import { Validation, type ValidationOptions, validationOfRun } from './validation';

const golden = await goldenSet('tiny');
const { checkpoint, graph, layout, expected } = golden;
const dataset = await openDataset(goldenPath('tiny', 'dataset.nc'));
const statistics = await readStatistics({
  mean: goldenPath('tiny', 'stats/mean_by_level.nc'),
  stddev: goldenPath('tiny', 'stats/stddev_by_level.nc'),
  diffsStddev: goldenPath('tiny', 'stats/diffs_stddev_by_level.nc'),
});
const { times } = dataset;
const options: ValidationOptions = { dataset, task: checkpoint.task, statistics, windows: 16 };
const iso = (frame: number) => new Date(times[frame] * 1000).toISOString().slice(0, 16);

async function withModel(test: (model: Model, executor: Executor) => Promise<void>): Promise<void> {
  await withDevice(async ({ gpu }) => {
    const model = await Model.create(gpu, {
      config: checkpoint.modelConfig,
      channels: layout,
      graph,
      normalisation: golden.normalisation,
      training: trainingTerms(graph, layout, false),
    });
    try {
      model.writeParameters(new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data])));
      await test(model, new Executor(gpu));
    } finally {
      model.destroy();
    }
  });
}

describe('validation', () => {
  it("has the reference's loss on the reference's window", () =>
    withModel(async (model, executor) => {
      const period = periodBetween([iso(times.length - 3), iso(times.length - 1)], 'the period', 'test');
      const validation = new Validation({ ...options, period });
      expect(validation.windows).toEqual([{ first: times.length - 3, steps: 1 }]);
      const { loss, lossByVariable, leadHours, n } = await validation.run(model, executor);
      const want = (key: string) => Number(expected.get(key)!.data[0]);
      expect(Math.abs(loss / want('steps1:loss') - 1)).toBeLessThan(1e-4);
      for (const [variable, value] of Object.entries(lossByVariable)) {
        const wanted = want(`steps1:loss_by_variable:${variable}`);
        expect(Math.abs(value / wanted - 1), variable).toBeLessThan(1e-4);
      }
      expect([leadHours, n]).toEqual([[6], [1]]);

      const [name] = checkpoint.task.targetVariables;
      const weights = variableWeights(checkpoint.task.targetVariables);
      const weighted = new Validation({ ...options, period, variableWeights: { [name]: weights[name] + 1 } });
      expect((await weighted.run(model, executor)).loss).toBeCloseTo(loss + lossByVariable[name], 4);
    }));

  it('has the errors of its forecasts, beside persistence and climatology, and says the same again', () =>
    withModel(async (model, executor) => {
      const reader = new WindowReader(dataset, checkpoint.task, layout);
      const gridNodes = dataset.latitudes.length * dataset.longitudes.length;
      const state = (frame: number) => reader.state(frame);
      const data = climatologyData(dataset, state, layout.state.length, [...times.keys()]);
      const climatology = new RunningClimatology(data, true);
      const validation = new Validation({ ...options, windows: 2, climatology });
      const { windows } = validation;
      // The first of six frames has a truth for 24 h.
      expect(windows).toEqual([
        { first: 0, steps: 4 },
        { first: 3, steps: 1 },
      ]);
      const found = await validation.run(model, executor);
      expect([found.leadHours, found.n]).toEqual([
        [6, 24],
        [2, 1],
      ]);

      const means = new SpatialMeans(dataset);
      const squares = { forecast: 0, persistence: 0, climatology: 0 };
      const c = layout.state.findIndex(({ variable, level }) => variable === 'geopotential' && level === 500);
      const plane = (state: Float32Array) => state.subarray(c * gridNodes, (c + 1) * gridNodes);
      for (const { first } of windows) {
        const window = await reader.readInitial(first, 1);
        let forecast = new Float32Array();
        for await (const frame of rollout(model, executor, window, 1)) forecast = frame.state.slice();
        const frame = first + 2;
        const truth = plane(await reader.state(frame));
        const normal = Float32Array.from((await climatology.at(times[frame]))[c]!);
        squares.forecast += rootMeanSquareError(means, plane(forecast), truth) ** 2 / 2;
        squares.persistence +=
          rootMeanSquareError(means, plane(await reader.state(first + 1)), truth) ** 2 / 2;
        squares.climatology += rootMeanSquareError(means, normal, truth) ** 2 / 2;
      }
      for (const [source, square] of Object.entries(squares)) {
        const value = found.rmse[source as 'forecast']['geopotential 500'][0];
        expect(value / Math.sqrt(square), source).toBeCloseTo(1, 4);
      }
      const again = await validation.run(model, executor);
      expect({ ...again, seconds: 0 }).toEqual({ ...found, seconds: 0 });
    }));

  it('leaves the network as it is: the loss and its gradient are the same bits before and after', () =>
    withModel(async (model, executor) => {
      const losses = new RolloutLoss(model, executor, 1);
      const window = await golden.window(1);
      const gradient = async () => {
        await losses.begin(1);
        await losses.add(window, 1, true);
        return [await model.memory.read(model.sums), await model.memory.read(model.gradients!)];
      };
      const before = await gradient();
      await new Validation({ ...options, windows: 1 }).run(model, executor);
      expect(await gradient()).toEqual(before);
    }));

  describe('of a run', () => {
    const last = times.length - 1;
    const validationOf = (data: Dataset, to: (frame: number) => string, end: number) => {
      const periods: Periods = { train: [to(0), to(end - 3)], validation: [to(end - 2), to(end)] };
      return validationOfRun(data, { task: checkpoint.task, periods } as RunConfig, statistics, 4, 10)!
        .validation;
    };

    it('has the climatology of its training days', () =>
      withModel(async (model, executor) => {
        const { rmse } = await validationOf(dataset, iso, last).run(model, executor);
        // The one frame before that is of the same hour.
        const [truth, usual] = await Promise.all(
          [last, last - 4].map((frame) => dataset.read('geopotential', frame, [500])),
        );
        const wanted = rootMeanSquareError(new SpatialMeans(dataset), usual, truth);
        expect(rmse.climatology!['geopotential 500'][0] / wanted).toBeCloseTo(1, 5);
      }));

    it('goes without one where that cannot be read', () =>
      withModel(async (model, executor) => {
        const gap: Dataset = {
          ...dataset,
          async read(variable, frame, levels) {
            const values = await dataset.read(variable, frame, levels);
            return frame === last - 4 ? values.fill(Number.NaN, 0, 1) : values;
          },
        };
        const { rmse } = await validationOf(gap, iso, last).run(model, executor);
        expect(rmse.climatology).toBeUndefined();
        expect(rmse.persistence).toBeDefined();
      }));

    it('reads a part of a long period for it', () =>
      withModel(async (model, executor) => {
        const read = new Set<number>();
        const long: Dataset = {
          ...dataset,
          times: Float64Array.from({ length: 1203 }, (_, i) => times[0] + i * FRAME_SECONDS),
          read(variable, frame, levels) {
            read.add(frame);
            return dataset.read(variable, frame % times.length, levels);
          },
        };
        const date = (frame: number) => new Date(1000 * long.times[frame]).toISOString().slice(0, 16);
        const { rmse } = await validationOf(long, date, 1202).run(model, executor);
        expect(rmse.climatology).toBeDefined();
        // 1,200 frames: every other day of the sixty around the one target; and its window.
        expect(read.size).toBeGreaterThan(10);
        expect(read.size).toBeLessThan(25);
      }));
  });

  it('needs a window in its period', () => {
    const period = periodBetween([iso(0), iso(1)], 'the validation period', 'test');
    expect(() => new Validation({ ...options, period })).toThrow(/the validation period .* in such a row/);
  });
});
