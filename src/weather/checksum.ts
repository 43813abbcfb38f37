/** A quick checksum of 32-bit words that notices damage, not malice; `seed` makes it depend on whose words they are. */
export function checksum(words: Uint32Array, seed = 0): number {
  let sum = (seed ^ 0x811c9dc5) | 0;
  for (let i = 0; i < words.length; i++) {
    sum = Math.imul(sum ^ words[i], 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}

/** 16 hexadecimal digits that stand for any JSON value: the start of its SHA-256. */
export async function fingerprint(value: unknown): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
