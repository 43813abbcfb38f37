/** Longest nap, ms: what waiting for a result may cost on top. */
const NAP = 1;

/**
 * Makes waiting cheap where the CPU plays the GPU in Node. While a promise of WebGPU is pending, Dawn asks for it in
 * every turn of the event loop and so keeps one core busy, which on two cores halves a software adapter's speed.
 * Naps between the turns leave the cores to the adapter.
 *
 * @returns a function that passes promises on and naps as long as one of them is pending
 */
export function nappingWait(): <T>(promise: Promise<T>) => Promise<T> {
  const never = new Int32Array(new SharedArrayBuffer(4));
  let pending = 0;
  const nap = () => {
    if (pending === 0) return;
    Atomics.wait(never, 0, 0, NAP);
    setImmediate(nap);
  };
  return async (promise) => {
    if (pending++ === 0) setImmediate(nap);
    try {
      return await promise;
    } finally {
      pending--;
    }
  };
}
