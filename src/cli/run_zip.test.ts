import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packRun } from '../training/run_archive';
import { graphcast, graphcastFailure, readMetrics, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';
import { folderOfRun } from './run_zip';

const scratch = scratchFolder();
const data = await writePlanet(scratch('planet.nc'), 6);

/** Packs a folder as the page does. */
function pack(run: string, archive: string): void {
  const files = readdirSync(run, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const packed = files.map(({ parentPath, name }): [string, Buffer] => [
    join(parentPath.slice(run.length + 1), name),
    readFileSync(join(parentPath, name)),
  ]);
  writeFileSync(archive, packRun(new Map(packed)));
}

test('an exported run is unpacked beside its archive and continued there, once', async () => {
  const config = {
    model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 },
    phases: [{ updates: 2, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }],
  };
  writeFileSync(scratch('run.json'), JSON.stringify(config));
  const [out, archive] = [scratch('trained'), scratch('from_page.zip')];
  const { code } = await graphcast([
    ...['train', '--data', data, '--config', scratch('run.json'), '--out', out],
  ]);
  expect(code).toBe(0);
  const written = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  written.phases[0].updates = 4;
  writeFileSync(join(out, 'config.json'), JSON.stringify(written));
  pack(out, archive);

  const resumed = await graphcast(['train', '--data', data, '--resume', archive]);
  expect(resumed.code, resumed.stderr).toBe(0);
  const folder = scratch('from_page');
  expect(resumed.stderr).toContain(`${archive} is unpacked into ${folder}, where the run goes on.`);
  expect(readMetrics(folder).map(({ update }) => update)).toEqual([1, 2, 3, 4]);
  expect(readMetrics(out)).toHaveLength(2);

  expect(await graphcastFailure('train', '--data', data, '--resume', archive)).toContain(
    `continue the run in it with --resume ${folder}, or move it away.`,
  );
  writeFileSync(scratch('other.zip'), packRun(new Map([['notes.txt', Buffer.from('no run')]])));
  expect(await graphcastFailure('train', '--data', data, '--resume', scratch('other.zip'))).toContain(
    `${scratch('other.zip')} holds no run`,
  );
});

test('a folder is a folder, whatever it is called', async () => {
  mkdirSync(scratch('folder.zip'));
  expect(await folderOfRun(scratch('folder.zip'))).toBe(scratch('folder.zip'));
  expect(await folderOfRun('run')).toBe('run');
  expect(await folderOfRun('a/.zip')).toBe('a/.zip');
  expect(await folderOfRun('a/run.ZIP')).toBe('a/run');
});
