/**
 * What becomes of an update whose loss or gradient is not finite, as a run's configuration names it. Parameters and
 * moments are left as they were in any case. `stop` ends the run; `skip` goes on with the next batch, also where a
 * batch cannot be read; `roll_back` goes on from the last checkpoint with half the learning rate and the same batches,
 * which helps where the rate is at fault and not where the data are.
 */
export const BAD_UPDATE_POLICIES = ['stop', 'skip', 'roll_back'] as const;
export type BadUpdatePolicy = (typeof BAD_UPDATE_POLICIES)[number];
