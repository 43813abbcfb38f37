import { LAYER_NORM_SHADERS } from '../../shaders/layer_norm/layer_norm';
import { LAYER_NORM_SUM_SHADER } from '../../shaders/layer_norm_sum/layer_norm_sum';
import { LINEAR_SHADERS } from '../../shaders/linear/linear';
import { LINEAR_BACKWARD_WEIGHTS_SHADERS } from '../../shaders/linear/linear_backward_weights';
import { isKernelVariants } from '../../shaders/variant_table';
import type { Gpu } from './device';
import type { ChosenVariants, KnownVariants } from './variant_choice';

/** Where a cache keeps its text: a file in the user's cache folder, or in the browser's private files. */
export interface TextStore {
  /** Undefined when there is nothing yet. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

type Entries = Record<string, ChosenVariants>;

/**
 * Variants that were chosen before, for every adapter by its {@link adapterIdentity}. Nothing depends on it: a store that
 * cannot be read or written, or holds something else, is as good as an empty one.
 */
export class VariantCache implements KnownVariants {
  private readonly store: TextStore;
  private readonly identity: string;

  constructor(store: TextStore, identity: string) {
    this.store = store;
    this.identity = identity;
  }

  async read(): Promise<ChosenVariants> {
    return (await this.entries())[this.identity] ?? {};
  }

  async add(chosen: ChosenVariants): Promise<void> {
    const entries = await this.entries();
    entries[this.identity] = { ...entries[this.identity], ...chosen };
    await this.store.write(`${JSON.stringify(entries, null, 2)}\n`).catch(() => undefined);
  }

  private async entries(): Promise<Entries> {
    try {
      const entries: Entries = JSON.parse((await this.store.read()) ?? '{}');
      return Object.fromEntries(Object.entries(entries).filter(([, chosen]) => isChosen(chosen)));
    } catch {
      return {};
    }
  }
}

const isChosen = (value: unknown) =>
  typeof value === 'object' && isKernelVariants({ default: 'register', ...value });

/**
 * Names an adapter, what drives it, and the kernels that were measured on it: when any of them changes, what was
 * measured no longer counts.
 * @param runtime the browser or the npm package that Dawn comes with, and its version
 */
export function adapterIdentity({ adapter, device }: Gpu, runtime: string): string {
  const { vendor, architecture, description } = adapter;
  const chip = [vendor, architecture, device.adapterInfo?.device, description].filter(Boolean).join(' ');
  const features = [...device.features].sort().join(' ');
  const shaders = [
    ...LINEAR_SHADERS,
    ...LINEAR_BACKWARD_WEIGHTS_SHADERS,
    ...LAYER_NORM_SHADERS,
    LAYER_NORM_SUM_SHADER,
  ];
  return `${chip}; ${runtime}; ${features}; kernels ${fingerprint(shaders.join())}`;
}

/** FNV-1a: 32 bits are plenty for noticing a change. */
function fingerprint(text: string): string {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
