import { beforeAll, describe, expect, it } from 'vitest';
import { TASKS } from '../weather/task';
import { installGlobals } from '../webgpu/dawn';
import { GUARANTEED_LIMITS } from '../webgpu/paper_gpu';
import { planMemory } from './memory_plan';
import { completeRunConfig, type PartialRunConfig, presetModel } from './run_config';
import { chooseWindowsAtOnce } from './windows_at_once';

const task = TASKS.TASK_13;
const limits = { ...GUARANTEED_LIMITS, maxBufferSize: Number.POSITIVE_INFINITY };
const grid = (spacing: number) => ({
  latitudes: Float32Array.from({ length: 180 / spacing + 1 }, (_, i) => -90 + spacing * i),
  longitudes: Float32Array.from({ length: 360 / spacing }, (_, i) => spacing * i),
});
const config = (given: PartialRunConfig) =>
  completeRunConfig(given, { task, model: presetModel('tiny'), updates: 10 });

beforeAll(installGlobals);

describe('chooseWindowsAtOnce', () => {
  it('takes a whole batch of a small network at once, and no two of a large one', () => {
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 12 }), grid(10))).toBe(12);
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 1 }), grid(10))).toBe(1);
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 32 }), grid(2))).toBe(1);
  });

  it('takes a number that divides the batch, or the share of it that a process has', () => {
    // Enough for a GPU are 65,536 rows, three for each of 684 grid nodes: 31 windows.
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 34 }), grid(10))).toBe(17);
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 34 }), grid(10), 2)).toBe(17);
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 36 }), grid(10), 3)).toBe(12);
    const [phase] = config({}).phases;
    const phases = [phase, { ...phase, batch_size: 8 }];
    expect(chooseWindowsAtOnce(limits, config({ batch_size: 2, phases }), grid(10))).toBe(8);
  });

  it('takes fewer where memory is short, rather than compute anything twice', () => {
    const eight = config({ batch_size: 8 });
    const { model } = eight;
    const { total } = planMemory({ model, task, grid: grid(10), arSteps: 1, windows: 4, limits });
    expect(chooseWindowsAtOnce(limits, eight, grid(10), 1, 1.01 * total)).toBe(4);
    expect(chooseWindowsAtOnce(limits, eight, grid(10), 1, 0.99 * total)).toBe(2);
    expect(chooseWindowsAtOnce(limits, eight, grid(10), 1, 1)).toBe(1);
  });
});
