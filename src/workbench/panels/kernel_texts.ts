/** The kernels' own texts: WGSL and README of every folder in shaders/, as they lie there. */
const BODIES = import.meta.glob<string>('../../../shaders/*/*.wgsl', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const READMES = import.meta.glob<string>('../../../shaders/*/README.md', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** A folder of shaders/: one operation, forward and backward. */
export interface KernelFolder {
  name: string;
  /** Kernels by name, forward first. */
  kernels: { name: string; body: string }[];
  /** In order: what the README says. */
  readme: ReadmePart[];
}

export interface ReadmePart {
  /** Formulas and tables keep their lines. */
  kind: 'text' | 'formula';
  text: string;
}

export const KERNEL_FOLDERS: KernelFolder[] = Object.entries(READMES).map(([path, readme]) => {
  const folder = path.split('/').at(-2)!;
  const kernels = Object.entries(BODIES)
    .filter(([file]) => file.split('/').at(-2) === folder)
    .map(([file, body]) => ({ name: file.split('/').at(-1)!.replace('.wgsl', ''), body }))
    .sort((a, b) => a.name.length - b.name.length || a.name.localeCompare(b.name));
  return { name: folder, kernels, readme: readmeParts(readme) };
});

/** Folder and file of a kernel, by its own name or by a name with its size behind it; undefined for none of ours. */
export function findKernel(name: string): { folder: KernelFolder; kernel: string } | undefined {
  const [kernel] = name.split(' ');
  const folder = KERNEL_FOLDERS.find(({ kernels }) => kernels.some((one) => one.name === kernel));
  return folder && { folder, kernel };
}

/** Paragraphs and indented formulas of a README, without its title. */
export function readmeParts(markdown: string): ReadmePart[] {
  const blocks = markdown.replace(/^# .*\n/, '').split(/\n{2,}/);
  return blocks
    .map((block) => block.replace(/^\n+|\s+$/g, ''))
    .filter((block) => block !== '')
    .flatMap((block): ReadmePart[] => {
      if (/^ {4}/.test(block)) return [{ kind: 'formula', text: block.replace(/^ {4}/gm, '') }];
      const table = block.search(/^\|/m);
      if (table < 0) return [{ kind: 'text', text: joined(block) }];
      const before = joined(block.slice(0, table));
      const rows: ReadmePart = { kind: 'formula', text: block.slice(table) };
      return before ? [{ kind: 'text', text: before }, rows] : [rows];
    });
}

function joined(paragraph: string): string {
  return paragraph.trim().replaceAll('\n', ' ');
}
