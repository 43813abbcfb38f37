import { describe, expect, it } from 'vitest';
import { defaultVariant, type LinearVariant, supportedVariants } from '../../shaders/linear/variant';
import type { MatrixShape } from '../../shaders/variant_table';
import { withDevice } from './testing';
import { timing } from './timing';
import { type ChosenVariants, chooseVariants, fastest, heaviest } from './variant_choice';

const shape = (rows: number, columns = 8): MatrixShape => ({
  kernel: 'linear',
  rows,
  inner: 8,
  columns,
  element: 'float32',
});

const NAME = 'linear 256x8x8';

function knownStore(known: ChosenVariants) {
  return {
    known,
    read: async () => known,
    add: async (chosen: ChosenVariants) => void Object.assign(known, chosen),
  };
}

describe('heaviest', () => {
  it('takes one shape of each class, by what the class takes altogether', () => {
    const works = [
      { shape: shape(300), work: 30 },
      { shape: shape(1000), work: 50 },
      { shape: shape(200), work: 30 },
    ];
    expect(heaviest(works)).toEqual([shape(256), shape(1024)]);
  });

  it('leaves out classes that hardly count', () => {
    const works = [
      { shape: shape(256), work: 98 },
      { shape: shape(256, 12), work: 2 },
    ];
    expect(heaviest(works)).toEqual([shape(256)]);
    expect(heaviest([])).toEqual([]);
  });
});

describe('fastest', () => {
  const times = (seconds: Partial<Record<LinearVariant, number>>) => ({
    times: new Map(Object.entries(seconds).map(([name, s]) => [name as LinearVariant, timing([s])])),
  });

  it('is the variant with the least median', () => {
    expect(fastest(times({ register: 3, tiled: 1, subgroup: 2 }), 'register')).toBe('tiled');
  });

  it('is the default where the gain is no more than noise, or nothing else ran', () => {
    expect(fastest(times({ register: 1, tiled: 0.98 }), 'register')).toBe('register');
    expect(fastest(times({ tiled: 0.98 }), 'register')).toBe('tiled');
  });
});

describe('chooseVariants', () => {
  it('measures what is not known, says what it chose, and what else takes', () =>
    withDevice(async ({ gpu }) => {
      const store = knownStore({});
      const table = await chooseVariants(gpu, [{ shape: shape(250), work: 1 }], store);
      expect(Object.keys(table).sort()).toEqual(['default', NAME]);
      expect(supportedVariants(gpu.adapter)).toContain(table[NAME]);
      expect(table.default).toBe(defaultVariant(gpu.adapter));
      expect(store.known).toEqual({ [NAME]: table[NAME] });
    }));

  it('takes what is known without measuring', () =>
    withDevice(async ({ gpu }) => {
      const pipeline = () => Promise.reject(new Error('nothing should be compiled'));
      const store = knownStore({ [NAME]: 'register', 'linear 1024x8x8': 'tiled' });
      const table = await chooseVariants({ ...gpu, pipeline }, [{ shape: shape(250), work: 1 }], store);
      expect(table).toEqual({ [NAME]: 'register', default: defaultVariant(gpu.adapter) });
    }));
});
