/**
 * Seeded random numbers: the same on every machine, unlike `Math.random`.
 */

/**
 * A stream of numbers in [0, 1) that depends on the seed and on what it is for.
 * Generator: sfc32 (Chris Doty-Humphrey's Small Fast Counting generator), 128 bits of state.
 */
export function randomStream(seed: number, purpose: string): () => number {
  let a = hash(purpose, seed | 0);
  let b = hash(purpose, Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next(); // mixes the seed into the whole state
  return next;
}

/** FNV-1a over the text's UTF-16 units, 32 bits. */
function hash(text: string, start: number): number {
  let value = start ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
