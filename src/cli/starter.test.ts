import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Scores } from '../forecast/scores_file';
import { graphcast, scratchFolder } from './command.fixture';

const STARTER = 'public/starter';
const scratch = scratchFolder();

/** On days that it has not seen; `tools/starter_model.mjs` scores all of them. */
it('the starter that comes with the page forecasts its planet far better than persistence', async () => {
  const out = scratch('scores.json');
  const { code, stderr } = await graphcast([
    ...['evaluate', '--data', 'public/planet.nc', '--checkpoint', `${STARTER}/checkpoint.npz`],
    ...['--stats', STARTER, '--steps', '12', '--every', '168', '--climatology', 'none'],
    ...['--regions', 'global', '--fields', 'geopotential 500,temperature 850,u_component_of_wind 250'],
    ...['--out', out],
  ]);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  const { scores, lead_hours: leads }: Scores = JSON.parse(readFileSync(out, 'utf8'));
  const share = (field: string, hours: number) => {
    const [own, persistence] = (['forecast', 'persistence'] as const).map(
      (source) => scores[source]![field].global.rmse![leads.indexOf(hours)]!,
    );
    return own / persistence;
  };
  for (const field of ['geopotential 500', 'temperature 850', 'u_component_of_wind 250']) {
    expect(share(field, 6)).toBeLessThan(0.25);
    expect(share(field, 24)).toBeLessThan(0.4);
    expect(share(field, 72)).toBeLessThan(0.8);
  }
});
