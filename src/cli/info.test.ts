import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenPath } from '../graphcast/golden.fixture';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';

const scratch = scratchFolder();

describe('graphcast info', () => {
  it('says what a checkpoint holds', async () => {
    const path = goldenPath('tiny', 'checkpoint.npz');
    expect(await graphcastJson('info', path)).toMatchObject({
      kind: 'checkpoint',
      parameters: 55587,
      arrays: 106,
      model: { mesh_size: 2, latent_size: 32, gnn_msg_steps: 3 },
      pressure_levels: [300, 500, 700, 850, 1000],
    });
    const { code, stdout, stderr } = await graphcast(['info', path]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^parameters: +55587$/m);
  });

  it('says what a dataset holds', async () => {
    const path = goldenPath('tiny', 'dataset.nc');
    const found = await graphcastJson<Record<string, unknown>>('info', path);
    expect(found).toMatchObject({ kind: 'dataset', times: 6, levels: [300, 500, 700, 850, 1000] });
    expect(found.variables).toHaveProperty('geopotential', expect.stringContaining('time level lat lon'));
    const { code, stdout, stderr } = await graphcast(['info', path]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^latitudes: +19, -90 to 90 degrees$/m);
  });

  it('says what a file of statistics holds', async () => {
    const path = goldenPath('tiny', 'stats/mean_by_level.nc');
    const found = await graphcastJson<Record<string, unknown>>('info', path);
    expect(found).toMatchObject({
      kind: 'statistics',
      levels: [300, 500, 700, 850, 1000],
      variables: { geopotential: 'per level', land_sea_mask: 'one value' },
    });
  });

  it('explains a file that is none of these', async () => {
    const path = scratch('notes.txt');
    writeFileSync(path, 'Not weather data.');
    expect(await graphcastFailure('info', path)).toMatch(/notes\.txt: this is not a NetCDF file/);
  });
});
