import type { AttributeValue, NumericArray, StoredVariable } from './array_store';

/**
 * Turns stored numbers into physical values, float32: value = stored · scale_factor + add_offset, and NaN where
 * the stored number is `_FillValue` or `missing_value` (CF conventions, sections 2.5.1 and 8.1).
 */
export function unpack(stored: NumericArray, { attributes }: StoredVariable): Float32Array {
  const fills = [...numbers(attributes._FillValue), ...numbers(attributes.missing_value)].filter(
    (fill) => !Number.isNaN(fill),
  );
  const scale = numbers(attributes.scale_factor)[0] ?? 1;
  const offset = numbers(attributes.add_offset)[0] ?? 0;
  const packed = scale !== 1 || offset !== 0;
  if (!packed && fills.length === 0 && stored instanceof Float32Array) return stored;

  const values = new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) {
    const number = Number(stored[i]);
    values[i] = fills.includes(number) ? Number.NaN : packed ? number * scale + offset : number;
  }
  return values;
}

function numbers(value: AttributeValue | undefined): number[] {
  if (value === undefined || typeof value === 'string') return [];
  return (Array.isArray(value) ? value : [value]).map(Number);
}
