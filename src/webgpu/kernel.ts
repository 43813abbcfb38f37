import type { Tensor } from './tensor';

/** One storage binding of a kernel. An optional one may be left out; the shader sees `WITH_<NAME>` = false then. */
export interface Binding {
  type: 'array<vec4f>' | 'array<f32>' | 'array<u32>' | 'array<vec4u>';
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

/**
 * The complete WGSL of a kernel for the given constants and present bindings: generated header, then the body.
 * Binding 0 is the uniform `args`; storage bindings follow in declaration order.
 */
export function kernelSource(
  kernel: Kernel,
  constants: Record<string, number | boolean>,
  present: (binding: string) => boolean,
): string {
  // WGSL wants `enable` directives before everything else.
  const enables = kernel.source.match(/^enable .*;$/gm) ?? [];
  const body = kernel.source.replace(/^enable .*;$/gm, '');
  const lines: string[] = [...enables];
  const args = Object.entries(kernel.args);
  lines.push(`struct Args { ${args.map(([name, type]) => `${name}: ${type}`).join(', ')} }`);
  lines.push('@group(0) @binding(0) var<uniform> args: Args;');
  Object.entries(kernel.bindings).forEach(([name, binding], i) => {
    lines.push(`@group(0) @binding(${i + 1}) var<storage, ${binding.access}> ${name}: ${binding.type};`);
    if (binding.optional) lines.push(`const WITH_${name.toUpperCase()}: bool = ${present(name)};`);
  });
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
