import { test } from 'vitest';
import { DatasetError } from '../errors';
import { openDataset } from './dataset';
import { writeNetcdf } from './netcdf_writer';
import { writeNetcdf3 } from './netcdf3.fixture';
import { smallPlanet } from './small_planet.fixture';
test('fuzz', async () => {
  let seed = 1; const rnd = () => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return seed / 2 ** 31; };
  for (const [name, bytes] of [['4', await writeNetcdf(smallPlanet())], ['3', writeNetcdf3(smallPlanet())]] as const) {
    const seen = new Map<string, number>(); let worst = 0;
    for (let i = 0; i < 3000; i++) {
      const b = bytes.slice();
      const n = 1 + Math.floor(rnd() * 4);
      const span = rnd() < 0.7 ? Math.min(3000, b.length) : b.length;
      for (let k = 0; k < n; k++) b[8 + Math.floor(rnd() * (span - 8))] = rnd() < 0.5 ? 255 : Math.floor(rnd() * 256);
      const t0 = performance.now();
      try { const d = await openDataset(new File([b], 'f.nc')); for (const v of d.variables.keys()) await d.read(v, 0); d.close(); seen.set('ok', (seen.get('ok') ?? 0) + 1); }
      catch (e) { const key = e instanceof DatasetError ? (e as Error).message.replace(/[0-9]+/g, '#').slice(0, 110) : 'XXXX ' + (e as Error)?.stack?.slice(0, 600) + String(e).slice(0,100); seen.set(key, (seen.get(key) ?? 0) + 1); }
      worst = Math.max(worst, performance.now() - t0);
    }
    console.log(name, worst, [...seen].sort((a, b) => b[1] - a[1]).map(([k, v]) => v + ' ' + k).join('\n'));
  }
}, 300000);
