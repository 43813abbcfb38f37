/** Milliseconds of work after which waiting messages and timers get their turn. */
const LONGEST_TURN = 50;

let lastPause = 0;

/**
 * Lets the event loop handle what waits (a Worker's messages, timers) when it may not have done so for 50 ms; call
 * it between the pieces of a long computation. Awaiting anything that is ready already does not do that: it is a
 * microtask, and all microtasks run before the next message.
 */
export async function pauseForEvents(): Promise<void> {
  if (performance.now() - lastPause < LONGEST_TURN) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  lastPause = performance.now();
}
