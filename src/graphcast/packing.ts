import { padded, type Tensor, view } from '../webgpu/tensor';
import { elementCount, isMatrix, NODE_FEATURES, type ParameterArray } from './parameters';

/** Rows [firstRow, firstRow + rows) of an array, where they lie in the flat buffer. */
interface Section {
  firstRow: number;
  rows: number;
  /** Numbers from the start of the flat buffer; a multiple of {@link ALIGNMENT}. */
  start: number;
}

interface PackedArray extends ParameterArray {
  width: number;
  stride: number;
  sections: Section[];
}

/** Numbers in the 256 bytes at which any part may be bound. */
const ALIGNMENT = 64;

/**
 * Where every parameter lies in one flat buffer, so that the norm, the clipping and AdamW are a few large
 * dispatches. Gradients and both moments use the same layout.
 *
 * Matrices come first (only they decay), then vectors. The first weight of a network that acts on concatenated
 * inputs is cut into one section per input (edge | sender | receiver, node | messages, channels | structural), as
 * the split form of the first layer multiplies each by itself. Rows are padded with zeros to a multiple of four
 * numbers, sections to a multiple of four rows; zeros stay zeros under AdamW.
 */
export class ParameterLayout {
  readonly arrays: PackedArray[] = [];
  /** Length of the flat buffer in numbers. */
  readonly length: number;
  private readonly byName = new Map<string, PackedArray>();

  constructor(arrays: ParameterArray[], latent: number) {
    let next = 0;
    for (const matrices of [true, false]) {
      for (const array of arrays) {
        if (isMatrix(array) !== matrices) continue;
        const width = array.shape[array.shape.length - 1];
        const stride = padded(width);
        const sections: Section[] = [];
        let firstRow = 0;
        for (const rows of sectionRows(array, latent)) {
          sections.push({ firstRow, rows, start: next });
          firstRow += rows;
          next += Math.ceil((storedRows(array, rows) * stride) / ALIGNMENT) * ALIGNMENT;
        }
        const packed = { ...array, width, stride, sections };
        this.arrays.push(packed);
        this.byName.set(array.name, packed);
      }
    }
    this.length = next;
  }

  /** The sections of an array as matrices [rows, width] within a flat tensor of this layout. */
  sections(flat: Tensor, name: string): Tensor[] {
    const array = this.byName.get(name);
    if (!array) throw new Error(`no parameter ${name}`);
    return array.sections.map(({ start, rows }) =>
      view(flat, start * 4, storedRows(array, rows), array.width, array.stride),
    );
  }

  /** The stretches of the flat buffer that hold the chosen arrays, neighbours joined; none holds both kinds. */
  ranges(chosen: (name: string) => boolean): { start: number; end: number; matrices: boolean }[] {
    const ranges: { start: number; end: number; matrices: boolean }[] = [];
    this.arrays.forEach((array, i) => {
      if (!chosen(array.name)) return;
      const { start } = array.sections[0];
      const end = this.arrays[i + 1]?.sections[0].start ?? this.length;
      const [last, matrices] = [ranges.at(-1), isMatrix(array)];
      if (last?.end === start && last.matrices === matrices) last.end = end;
      else ranges.push({ start, end, matrices });
    });
    return ranges;
  }

  /**
   * @returns the flat buffer's content, padding zero
   * @throws Error when an array is missing or of another length, which would scramble its rows
   */
  pack(parameters: ReadonlyMap<string, Float32Array>): Float32Array {
    const flat = new Float32Array(this.length);
    for (const array of this.arrays) {
      const values = parameters.get(array.name);
      if (!values) throw new Error(`parameter ${array.name} is missing`);
      const length = elementCount(array.shape);
      if (values.length !== length) {
        throw new Error(`parameter ${array.name} has ${values.length} numbers, expected ${length}`);
      }
      this.eachRun(array, (source, target, length) => {
        flat.set(values.subarray(source, source + length), target);
      });
    }
    return flat;
  }

  unpack(flat: Float32Array): Map<string, Float32Array> {
    const parameters = new Map<string, Float32Array>();
    for (const array of this.arrays) {
      const values = new Float32Array(elementCount(array.shape));
      this.eachRun(array, (source, target, length) => {
        values.set(flat.subarray(target, target + length), source);
      });
      parameters.set(array.name, values);
    }
    return parameters;
  }

  /** Numbers that lie side by side in an array and in the flat buffer: a section's rows, one by one where padded. */
  private eachRun(
    { sections, width, stride }: PackedArray,
    visit: (source: number, target: number, length: number) => void,
  ): void {
    for (const { firstRow, rows, start } of sections) {
      if (width === stride) visit(firstRow * width, start, rows * width);
      else for (let r = 0; r < rows; r++) visit((firstRow + r) * width, start + r * stride, width);
    }
  }
}

/** A matrix's rows are the padded columns of what it multiplies; a vector is one row. */
const storedRows = (array: ParameterArray, rows: number) => (isMatrix(array) ? padded(rows) : 1);

function sectionRows(array: ParameterArray, latent: number): number[] {
  if (!isMatrix(array)) return [1];
  const rows = array.shape[0];
  if (!array.name.endsWith('/linear_0:w')) return [rows];
  if (array.name.includes('/processor_')) return Array(rows / latent).fill(latent);
  if (array.name.includes('/encoder_nodes_mesh_nodes_')) return [rows - NODE_FEATURES, NODE_FEATURES];
  return [rows];
}
