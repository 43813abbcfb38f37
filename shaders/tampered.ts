import type { Dispatch } from '../src/webgpu/kernel';

/** A dispatch whose WGSL has `from` replaced by `to`, for tests that must notice it. */
export function tampered(dispatch: Dispatch, from: string, to: string): Dispatch {
  const { source } = dispatch.kernel;
  if (!source.includes(from)) throw new Error(`${dispatch.kernel.name} does not contain "${from}"`);
  return { ...dispatch, kernel: { ...dispatch.kernel, source: source.replace(from, to) } };
}
