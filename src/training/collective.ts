/**
 * The processes of one data-parallel run, each with its own GPU and its share of every batch. All of them call the
 * same methods in the same order.
 */
export interface Collective {
  /** 0 … size − 1; rank 0 writes the run folder. */
  readonly rank: number;
  readonly size: number;
  /** Gives every rank the values of rank 0, in place. */
  broadcast(values: Float32Array): void;
  /**
   * Gives every rank the sums over ranks, in place. They are added in the order of ranks in float64, so that the bits
   * depend neither on timing nor on the library's choice of algorithm.
   */
  sum(values: Float32Array): void;
}

/**
 * Work on files that the first rank changes and the others only read: they wait until it has done its part.
 * @param collective absent: this process is alone, and first
 */
export async function firstRankFirst<T>(
  collective: Collective | undefined,
  work: (isFirst: boolean) => Promise<T>,
): Promise<T> {
  const isFirst = (collective?.rank ?? 0) === 0;
  // A sum is over when all ranks have come to it.
  const meet = () => collective?.sum(new Float32Array(1));
  if (!isFirst) meet();
  const result = await work(isFirst);
  if (isFirst) meet();
  return result;
}
