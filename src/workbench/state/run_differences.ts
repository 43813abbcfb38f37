import type { RunConfig } from '../../training/run_config';
import { mostArSteps, totalUpdates } from '../../training/schedule';
import { PERIOD_NAMES } from '../../weather/periods';
import { peakRate } from '../../worker/run_phases';

/**
 * In what runs differ, for each of them: only what is not the same in all, in the words of `config.json`.
 *
 * @returns names and values, by run
 */
export function differences(configs: RunConfig[]): [name: string, value: string][][] {
  const facts = configs.map(factsOf);
  const names = [...new Set(facts.flatMap((of) => [...of.keys()]))];
  const differing = names.filter((name) => new Set(facts.map((of) => of.get(name))).size > 1);
  return facts.map((of) =>
    differing.flatMap((name): [string, string][] => {
      const value = of.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** How the work was laid out on a device, and how often it was saved and scored, is none. */
function factsOf(run: RunConfig) {
  const { kernel_variant: _, windows_at_once: __, validate_every: ___, save_every: ____, ...config } = run;
  const { model, optimizer, phases, task, periods, ...rest } = config;
  const facts = new Map<string, string>();
  const add = (entries: object) => {
    for (const [name, value] of Object.entries(entries)) {
      if (value !== undefined) facts.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  };
  add({ ...model, ...optimizer, ...rest });
  add({ updates: totalUpdates(phases), learning_rate: peakRate(phases), ar_steps: mostArSteps(phases) });
  add({ variables: task.targetVariables.length, levels: task.pressureLevels.length });
  for (const name of PERIOD_NAMES) add({ [name]: periods?.[name]?.join(' to ') });
  if (rest.freeze.length === 0) facts.delete('freeze');
  return facts;
}
