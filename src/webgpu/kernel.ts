import bfloat16Source from '../../shaders/bfloat16/bfloat16.wgsl?raw';
import { DeviceError } from '../errors';
import { matrixSource, type SubgroupMatrices } from './subgroup_matrices';
import type { ElementType, Tensor } from './tensor';

export type { SubgroupMatrices };

/**
 * One storage binding of a kernel. An optional one may be left out; the shader sees `WITH_<NAME>` = false then.
 *
 * A `matrix` takes a tensor of either element type. The shader reads its four columns number i as a vec4f with
 * `load_<name>(i)` and writes them with `store_<name>(i, value)`, which round where the tensor is bfloat16: one source
 * serves both. `load_<name>_bfloat16(i)` reads them packed, rounded where they were not. All other types take float32 (or
 * u32) tensors.
 */
export interface Binding {
  type: 'matrix' | 'array<vec4f>' | 'array<f32>' | 'array<u32>' | 'array<vec4u>';
  access: 'read' | 'read_write';
  optional?: true;
}

type Scalar = 'u32' | 'f32';

/**
 * The only declaration of a kernel's interface. The WGSL header (argument struct, bindings, constants) is generated
 * from it, so that layout and access modes cannot disagree with the code that binds them.
 *
 * `args` change from dispatch to dispatch of one compiled pipeline; `constants` are compiled in.
 */
export interface KernelDeclaration<B extends string, A extends string, C extends string> {
  name: string;
  /** The body: everything but the generated header. */
  source: string;
  bindings: Record<B, Binding>;
  args: Record<A, Scalar>;
  constants: Record<C, Scalar | 'bool'>;
  /** The body multiplies the adapter's subgroup matrices; see `matrixSource` for what it finds declared. */
  multipliesMatrices?: true;
}

export type Kernel = KernelDeclaration<string, string, string>;

/** One recorded run of a kernel: what is bound, with which numbers, over how many workgroups. */
export interface Dispatch {
  kernel: Kernel;
  tensors: Record<string, Tensor | undefined>;
  args: Record<string, number>;
  constants: Record<string, number | boolean>;
  /** One count; {@link workgroupGrid} folds it into two dimensions. */
  workgroups: number;
  /** Floating-point operations of the useful work, a multiply-add counted as two. */
  flops: number;
  /** Bytes that must move at least: each input read once, each output written once. */
  bytes: number;
  /** Compile-time variant that this dispatch takes where a kernel has several; shown in profiles. */
  variant?: string;
}

/** Arguments of 4 bytes that fit the uniform block of one dispatch. */
const MOST_ARGUMENTS = 16;

/** Keeps the literal types of a declaration, so that a dispatch with a misspelt binding does not compile. */
export function defineKernel<B extends string, A extends string, C extends string>(
  declaration: KernelDeclaration<B, A, C>,
): KernelDeclaration<B, A, C> & {
  dispatch(run: {
    tensors: Partial<Record<B, Tensor>>;
    args: Record<A, number>;
    constants: Record<C, number | boolean>;
    workgroups: number;
    flops: number;
  }): Dispatch;
} {
  if (Object.keys(declaration.args).length > MOST_ARGUMENTS) {
    throw new RangeError(`${declaration.name}: more than ${MOST_ARGUMENTS} arguments`);
  }
  return {
    ...declaration,
    dispatch(run) {
      const tensors = run.tensors as Record<string, Tensor | undefined>;
      let bytes = 0;
      for (const [name, binding] of Object.entries<Binding>(declaration.bindings)) {
        const tensor = tensors[name];
        if (!tensor && !binding.optional) throw new Error(`${declaration.name}: binding ${name} is missing`);
        if (tensor?.element === 'bfloat16' && binding.type !== 'matrix') {
          throw new RangeError(`${declaration.name}: ${name} takes float32, ${tensor.name} is bfloat16`);
        }
        bytes += tensor?.bytes ?? 0;
      }
      return { kernel: declaration, ...run, tensors, bytes };
    },
  };
}

const constantText = (value: number | boolean, type: Scalar | 'bool') => {
  if (type === 'bool') return `${Boolean(value)}`;
  return type === 'u32' ? `${value}u` : `f32(${value})`;
};

/** The declaration of a storage binding, and how a matrix is read and written. */
function bindingText(
  index: number,
  name: string,
  { type, access }: Binding,
  element: ElementType = 'float32',
  usesBfloat16: boolean,
): string[] {
  const packed = element === 'bfloat16';
  const arrayType = type === 'matrix' ? `array<${packed ? 'vec2u' : 'vec4f'}>` : type;
  const lines = [`@group(0) @binding(${index}) var<storage, ${access}> ${name}: ${arrayType};`];
  if (type !== 'matrix') return lines;
  const loaded = packed ? `unpack_bfloat16(${name}[i])` : `${name}[i]`;
  lines.push(`fn load_${name}(i: u32) -> vec4f { return ${loaded}; }`);
  if (usesBfloat16) {
    const asBfloat16 = packed ? `${name}[i]` : `pack_bfloat16(${name}[i])`;
    lines.push(`fn load_${name}_bfloat16(i: u32) -> vec2u { return ${asBfloat16}; }`);
  }
  if (access === 'read_write') {
    const stored = packed ? 'pack_bfloat16(value)' : 'value';
    lines.push(`fn store_${name}(i: u32, value: vec4f) { ${name}[i] = ${stored}; }`);
  }
  return lines;
}

/**
 * The complete WGSL of a kernel for the given constants and bound tensors: generated header, then the body.
 * Binding 0 is the uniform `args`; storage bindings follow in declaration order.
 * @param elementOf the element type of the tensor at a binding; undefined when there is none
 * @param adapter whose subgroup matrices a kernel multiplies
 */
export function kernelSource(
  kernel: Kernel,
  constants: Record<string, number | boolean>,
  elementOf: (binding: string) => ElementType | undefined,
  adapter: { matrices?: SubgroupMatrices },
): string {
  // WGSL wants `enable` directives before everything else.
  const enables = kernel.source.match(/^enable .*;$/gm) ?? [];
  let body = kernel.source.replace(/^enable .*;$/gm, '');
  const lines: string[] = [...enables];
  if (kernel.multipliesMatrices) {
    if (!adapter.matrices) throw new DeviceError(`${kernel.name}: this adapter has no subgroup matrices.`);
    const source = matrixSource(body, adapter.matrices);
    lines.push(...source.directives, ...source.declarations);
    body = source.body;
  }
  const isPacked = Object.keys(kernel.bindings).some((name) => elementOf(name) === 'bfloat16');
  const usesBfloat16 = isPacked || body.includes('_bfloat16(');
  const args = Object.entries(kernel.args);
  lines.push(`struct Args { ${args.map(([name, type]) => `${name}: ${type}`).join(', ')} }`);
  lines.push('@group(0) @binding(0) var<uniform> args: Args;');
  Object.entries(kernel.bindings).forEach(([name, binding], i) => {
    const element = elementOf(name);
    lines.push(...bindingText(i + 1, name, binding, element, usesBfloat16));
    if (binding.optional) lines.push(`const WITH_${name.toUpperCase()}: bool = ${element !== undefined};`);
  });
  if (usesBfloat16) lines.push(bfloat16Source);
  for (const [name, type] of Object.entries(kernel.constants)) {
    if (constants[name] === undefined) throw new Error(`${kernel.name}: constant ${name} is missing`);
    lines.push(`const ${name} = ${constantText(constants[name], type)};`);
  }
  return `${lines.join('\n')}\n\n${body}`;
}

/**
 * Workgroups in x and y for a one-dimensional count: WebGPU allows 65,535 per dimension. Kernels find their
 * number as `workgroup_id.x + workgroup_id.y * num_workgroups.x` and return when it is past the end.
 */
export function workgroupGrid(count: number): [number, number] {
  const LIMIT = 65535;
  const y = Math.ceil(count / LIMIT);
  return [Math.ceil(count / Math.max(1, y)), y];
}
