import { WorkbenchError } from '../errors';
import { UsageError } from './options';

/** A command: what `--help` says first, and the code, loaded only when it is asked for. */
const COMMANDS: Record<
  string,
  { summary: string; load: () => Promise<{ run(args: string[]): Promise<void> }> }
> = {
  info: { summary: 'what a checkpoint or dataset holds', load: () => import('./info') },
  forecast: { summary: 'run a forecast from a checkpoint and an analysis', load: () => import('./forecast') },
  loss: { summary: 'loss and gradients of a checkpoint on a dataset', load: () => import('./loss') },
  evaluate: {
    summary: 'score forecasts against the truth, persistence and climatology',
    load: () => import('./evaluate'),
  },
  train: { summary: 'train or fine-tune a model on a dataset', load: () => import('./train') },
  schedule: {
    summary: 'draw a training schedule before it is run',
    load: () => import('./schedule'),
  },
  simulate: { summary: 'make weather: a simulated planet', load: () => import('./simulate') },
  fetch: { summary: 'copy a period of ERA5 from the web', load: () => import('./fetch') },
  plan: {
    summary: 'what a model takes on a GPU, before anything is allocated',
    load: () => import('./plan'),
  },
  bench: {
    summary: "kernel and whole-step speed against the adapter's limits",
    load: () => import('./bench'),
  },
};

const HELP = `Usage: graphcast COMMAND [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  graphcast ${name.padEnd(10)} ${summary}`)
  .join('\n')}

graphcast COMMAND --help shows a command's options and their defaults.`;

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(HELP);
    return;
  }
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`There is no command '${name}'.\n\n${HELP}`);
  const { run } = await command.load();
  await run(args);
}

main(process.argv.slice(2)).then(
  () => process.exit(process.exitCode ?? 0),
  (error: unknown) => {
    // Errors meant for people are one sentence; anything else is a fault of this program and shows where.
    const isExpected = error instanceof UsageError || error instanceof WorkbenchError;
    console.error(isExpected ? `graphcast: ${error.message}` : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
