import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetProtocol } from '../training/protocols';
import type { Phase } from '../training/run_config';
import { scheduleSvg } from '../training/schedule_svg';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';
import { drawSchedule } from './schedule_drawing';

const scratch = scratchFolder();

describe('graphcast schedule', () => {
  it("prints a preset's phases as a drawing and a table, and writes a picture", async () => {
    const svg = scratch('schedule.svg');
    const { code, stdout, stderr } = await graphcast(['schedule', '--preset', 'graphcast', '--svg', svg]);
    expect(code, stderr).toBe(0);
    expect(stdout.startsWith(drawSchedule(presetProtocol('graphcast').phases))).toBe(true);
    expect(stdout).toMatch(/^3 +11,000 +3e-7, constant +2 to 12 +32 +bfloat16 +352,000$/m);
    expect(stdout).toMatch(/^all +311,000 +9,952,000$/m);
    expect(readFileSync(svg, 'utf8')).toBe(scheduleSvg(presetProtocol('graphcast').phases));
  });

  it("counts epochs of data's windows, and goes no further than they reach", async () => {
    // Eight frames: windows of one target step begin at six of them, and four steps at three.
    const data = await writePlanet(scratch('planet.nc'), 8);
    const phases = [
      { updates: 9, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 },
      { updates: 5, learning_rate: { shape: 'constant', value: 1e-4 }, ar_steps: 4, batch_size: 3 },
    ];
    writeFileSync(scratch('run.json'), JSON.stringify({ phases, batch_size: 2 }));
    const found = await graphcastJson<{ windows: number; phases: object[]; points: object[] }>(
      ...['schedule', '--config', scratch('run.json'), '--data', data],
    );
    expect(found).toMatchObject({
      updates: 14,
      windows: 33,
      phases: [
        { batch_size: 2, windows: 18, epochs: 3, activations: 'float32' },
        { batch_size: 3, windows: 15, epochs: 5 },
      ],
    });
    expect(found.points).toContainEqual({ update: 9, learning_rate: 1e-4, ar_steps: 4 });

    const cut = await graphcast(['schedule', '--preset', 'graphcast', '--data', data]);
    expect(cut.stderr).toMatch(
      /no window of 12 autoregressive steps as the schedule of graphcast .*: it goes to 6\./,
    );
    expect(cut.stdout).toMatch(/^3 +5,000 +3e-7, constant +2 to 6 /m);
  });

  it('says what weighs how much in the loss, phase by phase', async () => {
    const constant = { learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 };
    const phases = [
      { updates: 9, ...constant },
      { updates: 5, ...constant, variable_weights: { geopotential: 2, '2m_temperature': 0.5 } },
    ];
    const config = scratch('weights.json');
    writeFileSync(config, JSON.stringify({ phases }));
    const { stdout } = await graphcast(['schedule', '--config', config]);
    expect(stdout).toMatch(
      /^ {2}phase 1: the reference's\n {2}phase 2: geopotential 2, 2m_temperature 0\.5$/m,
    );
    const found = await graphcastJson<{ phases: object[] }>('schedule', '--config', config);
    expect(found.phases[0]).not.toHaveProperty('variable_weights');
    expect(found.phases[1]).toMatchObject({ variable_weights: { geopotential: 2, '2m_temperature': 0.5 } });
    const { stdout: usual } = await graphcast(['schedule', '--preset', 'tiny']);
    expect(usual).not.toContain('Weights');
  });

  it('refuses what it cannot draw', async () => {
    expect(await graphcastFailure('schedule', '--preset', 'huge')).toMatch(
      /no preset 'huge'; the presets are/,
    );
    const both = await graphcast(['schedule', '--preset', 'tiny', '--updates', '5']);
    expect(both.code).toBe(2);
    expect(both.stderr).toMatch(/--preset and --updates exclude each other/);
    expect(await graphcastFailure('schedule', '--svg', scratch('no/s.svg'))).toMatch(/no such folder/);
  });
});

describe('a drawn schedule', () => {
  const phases: Phase[] = [
    { updates: 10, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
    { updates: 90, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
  ];

  it('rises and falls with the rate, and shows a rate that is small but not zero', () => {
    const lines = drawSchedule(phases).split('\n');
    const height = (column: number) => lines.slice(0, 8).filter((line) => line[9 + column] > ' ').length;
    expect(height(7)).toBe(8);
    expect(height(30)).toBeLessThan(8);
    expect(height(71)).toBe(1);
    expect(lines[0]).toMatch(/^ +1e-3 │/);
    expect(lines.join('\n')).not.toContain('AR steps');
  });

  it('as a picture, has a curve from the first to the last update, in bounds', () => {
    const svg = scheduleSvg(phases);
    const [, path] = /class="curve" d="([^"]+)"/.exec(svg)!;
    const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points[0]).toEqual([64, 204]);
    expect(points[points.length - 1][0]).toBe(704);
    expect(Math.min(...points.map(([, y]) => y))).toBe(34);
    for (const [i, [x, y]] of points.entries()) {
      expect(x).toBeGreaterThanOrEqual(points[Math.max(0, i - 1)][0]);
      expect(y).toBeGreaterThanOrEqual(34);
      expect(y).toBeLessThanOrEqual(204);
    }
  });
});
