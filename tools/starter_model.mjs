/**
 * Trains the starter model that comes with the page, from nothing: simulates two years of the page's planet, trains on
 * them as `public/starter/config.json` says, scores it on the planet's first 40 days, which it has not seen, and puts
 * what the page needs into `public/starter/`. Hours on two cores, minutes on a GPU; what is there already is kept, and
 * a training that was stopped goes on.
 *
 *   node tools/starter_model.mjs [folder for the data and the run, default ./starter]
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.argv[2] ?? 'starter';
const shipped = join('public', 'starter');
const config = join(shipped, 'config.json');
const [data, run] = [join(home, 'planet.zarr'), join(home, 'run')];
/** Points of the loss curve that are kept: each is the mean of as many updates. */
const CURVE_EVERY = 50;

/** @param {string[]} options */
function graphcast(...options) {
  const { status } = spawnSync(process.execPath, ['dist/cli/graphcast.js', ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// The page's own planet (README), longer.
const PLANET = [
  ...['--spin-up', '90', '--start', '2001-01-01', '--seed', '10', '--truncation', '42', '--levels', '12'],
  ...['--pressure-levels', '250,500,850', '--variables'],
  'geopotential,temperature,u_component_of_wind,v_component_of_wind,specific_humidity,2m_temperature,10m_u_component_of_wind,10m_v_component_of_wind,mean_sea_level_pressure',
];

mkdirSync(home, { recursive: true });
if (!existsSync(data)) graphcast('simulate', '--days', '730', ...PLANET, '--out', data);
const start = existsSync(join(run, 'checkpoint.npz'))
  ? ['--resume', run]
  : ['--config', config, '--out', run];
graphcast('train', '--data', data, ...start, '--save-every', '500', '--validate-every', '1000');
graphcast(
  ...['evaluate', '--data', 'public/planet.nc', '--checkpoint', join(run, 'checkpoint.npz')],
  ...['--stats', join(run, 'stats'), '--steps', '12', '--every', '12', '--climatology', 'none'],
  ...['--regions', 'global', '--out', join(shipped, 'scores.json')],
);
// What browsers without WebGPU show.
graphcast(
  ...['forecast', '--data', 'public/planet.nc', '--checkpoint', join(run, 'checkpoint.npz')],
  ...['--stats', join(run, 'stats'), '--time', '2001-01-01T06:00Z', '--steps', '12'],
  ...['--out', join(shipped, 'forecast.nc')],
);
copyFileSync(join(run, 'checkpoint.npz'), join(shipped, 'checkpoint.npz'));
for (const name of ['mean', 'stddev', 'diffs_stddev']) {
  copyFileSync(join(run, 'stats', `${name}_by_level.nc`), join(shipped, `${name}_by_level.nc`));
}
writeFileSync(join(shipped, 'curve.csv'), curve(readFileSync(join(run, 'metrics.jsonl'), 'utf8')));

/**
 * The run's loss, thinned, and its validations, as a table.
 * @param {string} metrics lines of JSON
 */
function curve(metrics) {
  const rows = [['update', 'learning_rate', 'ar_steps', 'loss', 'validation_loss']];
  /** @type {number[]} */
  let losses = [];
  for (const line of metrics.split('\n').filter(Boolean)) {
    const { update, loss, learning_rate: rate, ar_steps: steps, validation } = JSON.parse(line);
    if (validation) rows.push([update, '', '', '', validation.loss.toPrecision(5)]);
    else losses.push(loss);
    if (validation || update % CURVE_EVERY !== 0) continue;
    const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    rows.push([update, rate.toPrecision(3), steps, mean.toPrecision(5), '']);
    losses = [];
  }
  return `${rows.map((row) => row.join(',')).join('\n')}\n`;
}
