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
