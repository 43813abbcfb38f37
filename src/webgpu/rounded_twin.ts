import { throughBfloat16, toBfloat16 } from '../../shaders/bfloat16/bfloat16';
import type { Dispatch } from './kernel';
import { matrix, type Tensor } from './tensor';
import { relativeError, type TestBench } from './testing';

/** Work on float32 tensors, some of which are to be bfloat16 in its twin. */
export interface TwinOf {
  /** The matrices that the twin stores as bfloat16, read or written. */
  packed: Tensor[];
  inputs: ReadonlyMap<Tensor, Float32Array | Uint32Array>;
  outputs: Tensor[];
  /** The dispatches on the tensors that `of` gives for the float32 ones. */
  dispatches: (of: <T extends Tensor | undefined>(tensor: T) => T) => Dispatch[];
}

/**
 * Runs work on bfloat16 tensors, and on float32 tensors that hold the same inputs rounded: the first must give what the
 * second gives, rounded. Says for every output how far apart they are: in steps from one bfloat16 to the next, or, where
 * the output is float32 in both, relative to its largest number.
 */
export async function roundedTwin(run: TestBench['run'], o: TwinOf): Promise<number[]> {
  const rounded = new Map(
    [...o.inputs].map(([tensor, values]): [Tensor, Float32Array | Uint32Array] =>
      o.packed.includes(tensor) ? [tensor, throughBfloat16(values as Float32Array)] : [tensor, values],
    ),
  );
  const wide = await run(
    o.dispatches((tensor) => tensor),
    rounded,
    o.outputs,
  );
  const twins = new Map(o.packed.map((t) => [t, matrix(t.name, t.rows, t.width, 'bfloat16')]));
  const of = <T extends Tensor | undefined>(tensor: T): T =>
    (tensor && twins.has(tensor) ? twins.get(tensor) : tensor) as T;
  const packedInputs = new Map([...o.inputs].map(([tensor, values]) => [of(tensor), values]));
  const narrow = await run(o.dispatches(of), packedInputs, o.outputs.map(of));
  return o.outputs.map((output, i) =>
    twins.has(output) ? stepsApart(narrow[i], wide[i]) : relativeError(narrow[i], wide[i]),
  );
}

/** Largest distance between numbers, rounded to bfloat16, in steps from one to the next. */
function stepsApart(a: Float32Array, b: Float32Array): number {
  // As integers with the sign folded in, neighbouring numbers are neighbours.
  const places = (values: Float32Array) =>
    Array.from(toBfloat16(values), (bits) => (bits & 0x8000 ? -(bits & 0x7fff) : bits));
  const [left, right] = [places(a), places(b)];
  return left.reduce((most, place, i) => Math.max(most, Math.abs(place - right[i])), 0);
}
