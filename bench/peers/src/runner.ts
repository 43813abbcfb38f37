/** One peer with the work loaded: what is checked and timed. */
export interface Runner {
  peer: string;
  variant: string;
  version: string;
  /** Of the loss with respect to every parameter array, before any step, by the work's names. */
  gradients(): Promise<Record<string, Float32Array>>;
  /** One AdamW step, until all its results exist. @returns the loss before it */
  step(): Promise<number>;
  /** As they are now, by the work's names. */
  parameters(): Promise<Record<string, Float32Array>>;
}
