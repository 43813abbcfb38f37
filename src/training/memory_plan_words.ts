import type { RecomputePolicy } from '../graphcast/recorder';

/**
 * What a policy computes a second time in the backward pass, in words.
 * @param say puts a text into another language, with `{name}` in it replaced by a value
 */
export function recomputed(policy: RecomputePolicy, say: typeof inEnglish = inEnglish): string {
  const parts = [
    !policy.keepMessages && say('messages between grid and mesh'),
    !policy.keepNodes && say('node networks'),
    !policy.keepSteps && say('insides of processor steps'),
  ].filter((part) => part !== false);
  const kept =
    policy.segment > 1
      ? say('the processor’s state kept every {steps} steps', { steps: policy.segment })
      : say('the state of every step kept');
  return parts.length > 0 ? say('{parts}; {kept}', { parts: parts.join(', '), kept }) : say('nothing');
}

function inEnglish(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
