import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../weather/dataset';
import { smallPlanet } from '../weather/small_planet.fixture';
import { zarrTree } from '../weather/zarr/zarr.fixture';
import { serveFiles, under } from '../weather/zarr/zarr_server.fixture';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';

const scratch = scratchFolder();
const HOURS = Array.from({ length: 20 }, (_, k) => 6 * k);
const tree = await zarrTree(smallPlanet({ hours: HOURS, order: ['time', 'level', 'lat', 'lon'] }), {
  codec: 'zlib',
  chunks: { time: 1 },
});
/** Milliseconds before a field is sent. */
let delay = 0;
const server = await serveFiles(under('era5.zarr', tree), (path, response, request) => {
  if (delay === 0 || !/\/\d+\.0/.test(path)) return false;
  setTimeout(() => {
    const bytes = tree.get(path.slice('era5.zarr/'.length))!;
    if (!request.destroyed) response.end(bytes);
  }, delay);
  return true;
});
afterAll(server.close);

const command = (out: string) => [
  ...['fetch', 'era5', '--grid', `${server.address}/era5.zarr`],
  ...['--from', '2021-03-01T06:00Z', '--to', '2021-03-05', '--out', scratch(out)],
];
const contentOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length),
      readFileSync(join(parentPath, name), 'latin1'),
    ])
    .sort();

describe('graphcast fetch era5', () => {
  it('copies a period, goes on after a signal and after being killed, and says when it is done', async () => {
    const report = await graphcastJson(...command('whole.zarr'));
    expect(report).toMatchObject({
      frames: 19,
      first_time: '2021-03-01T06:00Z',
      last_time: '2021-03-05T18:00Z',
      variables: ['2m_temperature', 'geopotential', 'land_sea_mask'],
      chunks: 39,
      chunks_written: 39,
    });
    const copy = await openDataset(scratch('whole.zarr'));
    expect(copy.times).toHaveLength(19);

    delay = 60;
    const written = () => {
      const folder = scratch('cut.zarr/geopotential');
      return existsSync(folder) ? readdirSync(folder).length : 0;
    };
    const slowly = [...command('cut.zarr'), '--parallel', '2'];
    const stopped = await graphcast(slowly, { signal: 'SIGINT', when: () => written() >= 2 });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/Stopped by SIGINT; the same command goes on where it was\./);
    const before = written();
    const killed = await graphcast(slowly, { signal: 'SIGKILL', when: () => written() >= before + 2 });
    expect(killed.code).toBe(null);
    expect(await graphcastFailure('info', scratch('cut.zarr'))).toMatch(/this is not a Zarr group/);

    delay = 0;
    const resumed = await graphcast(slowly);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(
      /cut\.zarr: 19 frames .*; \d+ chunks written, .* MB received, \d+ chunks were there/,
    );
    expect(resumed.stderr).toMatch(/39 \/ 39 chunks · .* chunks\/s · took .* MB\/s/);
    expect(contentOf(scratch('cut.zarr'))).toEqual(contentOf(scratch('whole.zarr')));
    const again = await graphcast(slowly);
    expect(again.stdout).toMatch(/cut\.zarr is complete already: 19 frames/);
  });

  it('refuses what makes no sense', async () => {
    const usage = async (...changes: string[]) => {
      const { code, stderr } = await graphcast([...command('no.zarr'), ...changes]);
      expect(code, stderr).toBe(2);
      return stderr;
    };
    expect(await usage('--grid', '0.25')).toMatch(
      /--grid is '0\.25', expected 64x32, 240x121 or the address/,
    );
    expect(await usage('--from', 'May')).toMatch(/--from is 'May', expected a time such as/);
    expect(await usage('--levels', '500,top')).toMatch(/--levels names 'top'/);
    expect(await usage('--out', 'x.nc')).toMatch(/--out is 'x\.nc', expected a name that ends in \.zarr/);
    expect(await graphcastFailure(...command('no.zarr'), '--step', '3h')).toMatch(
      /expected a multiple of 6 h/,
    );
    expect(await graphcastFailure(...command('no.zarr'), '--grid', `${server.address}/none`)).toMatch(
      /none: there is neither a Zarr .* nor a file \(404 Not Found\); check the address\./,
    );
    expect(existsSync(scratch('no.zarr'))).toBe(false);
  });
});
