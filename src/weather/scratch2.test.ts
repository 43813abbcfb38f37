import { test } from 'vitest';
import { writeNetcdf } from './netcdf_writer';
import { smallPlanet } from './small_planet.fixture';
import { openNetcdf } from './netcdf';
import { hdf5Library } from './hdf5_library';
test('x', async () => {
  let seed = 1; const rnd = () => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return seed / 2 ** 31; };
  const bytes = await writeNetcdf(smallPlanet());
  const lib = await hdf5Library();
  let before = '';
  for (let i = 0; i < 3000; i++) {
    const b = bytes.slice();
    const n = 1 + Math.floor(rnd() * 4); const at: number[] = [];
    const span = rnd() < 0.7 ? Math.min(3000, b.length) : b.length;
    for (let k = 0; k < n; k++) { const p = 8 + Math.floor(rnd() * (span - 8)); at.push(p, b[p]); b[p] = rnd() < 0.5 ? 255 : Math.floor(rnd() * 256); at.push(b[p]); }
    let m = 'ok';
    try { (await openNetcdf(new File([b], 'x'))).close(); } catch (e) { m = (e as Error).message }
    let probe = '';
    try { (await openNetcdf(new File([bytes.slice(0, 4000)], 'x'))).close(); probe = 'opened' } catch (e) { probe = (e as Error).message }
    try { const s = (await openNetcdf(new File([bytes], 'x'))); probe += [...s.variables.keys()]; s.close(); } catch (e) { probe += (e as Error).message }
    if (probe !== before) { console.log(i, at, m, '\n', probe, (lib.fileSystem as any).streams.filter(Boolean).length); before = probe; }
    if (i % 100 === 0) console.log(i, (lib.fileSystem as any).streams.filter(Boolean).length);
  }
});
