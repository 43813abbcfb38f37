/** Node only. Finds in the page's sources what `t()` is called with, and English that is shown without it. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';

interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}

export interface FoundWords {
  /** English texts that are given to `t()` as they stand. */
  keys: Set<string>;
  /** What stands in `t(...)` where it is no text: the name it ends in, by place. */
  dynamic: { name: string; where: string }[];
  /** String properties of object literals, by name; entries of string lists count as the list's. */
  properties: Map<string, Set<string>>;
  /** Strings in the tables (`const NAME = {...}`), by name. */
  tables: Map<string, Set<string>>;
  /** Shown English outside `t()`. */
  loose: string[];
}

const SHOWN_ATTRIBUTES = [
  'aria-label',
  'title',
  'placeholder',
  'label',
  'why',
  'alt',
  'aria-valuetext',
  'xLabel',
  'words',
];

/** Names, units and addresses that are the same in every language. */
const SYMBOLS =
  /\b(GraphCast( Workbench)?|WebGPU|NetCDF|Zarr|RMSE|GFLOP\/s|hPa|km|UTC|LN|swish|lat|EN)\b|chrome:\S+/g;

/** Whether a text says something in a language: two letters in a row outside symbols and values. */
export function hasWords(text: string): boolean {
  return /[a-z]{2}/i.test(text.replaceAll(/&\w+;|\{\w+\}/g, ' ').replaceAll(SYMBOLS, ' '));
}

export function nothingFound(): FoundWords {
  return { keys: new Set(), dynamic: [], properties: new Map(), tables: new Map(), loose: [] };
}

/** All sources under a folder but tests, as read from the repository's root. */
export function wordsInSources(folder: string): FoundWords {
  const found = nothingFound();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || /\.(test|fixture|reference)\.ts$/.test(file) || file.includes('chinese'))
      continue;
    readSource(`${folder}/${file}`, readFileSync(`${folder}/${file}`, 'utf8'), found);
  }
  return found;
}

/** Adds what one source holds. */
export function readSource(file: string, source: string, found: FoundWords): void {
  const where = (node: SyntaxNode) => `${file}:${source.slice(0, node.start).split('\n').length}`;
  const textOf = (node: SyntaxNode) => source.slice(node.start, node.end);
  const loose = (node: SyntaxNode, text: string) => {
    if (hasWords(text)) found.loose.push(`${where(node)} ${text.trim()}`);
  };

  visit(parseSync(file, source).program as unknown as SyntaxNode, (node) => {
    if (node.type === 'CallExpression') {
      const [first, second] = node.arguments as SyntaxNode[];
      const callee = textOf(node.callee as SyntaxNode);
      if (callee === 't' || callee === 'say') {
        for (const leaf of leaves(first)) {
          const text = literal(leaf);
          if (text !== null) found.keys.add(text);
          else found.dynamic.push({ name: lastName(textOf(leaf)), where: where(leaf) });
        }
      }
      if (callee === 'notify' && second) for (const part of looseParts(second)) loose(second, part);
      if (callee === 'display') for (const text of strings(first)) addTo(found.properties, 'label', text);
      if (callee === 'this.setPhase' && second) addTo(found.properties, 'note', literal(second) ?? '');
    }
    if (node.type === 'ReturnStatement' && node.argument) {
      for (const text of strings(node.argument as SyntaxNode).filter(isSentence))
        addTo(found.properties, 'message', text);
    }
    if (node.type === 'VariableDeclarator' && node.init) {
      for (const text of strings(node.init as SyntaxNode))
        addTo(found.properties, textOf(node.id as SyntaxNode), text);
      const list = node.init as SyntaxNode;
      if (list.type === 'ArrayExpression')
        for (const text of strings(list)) addTo(found.tables, textOf(node.id as SyntaxNode), text);
    }
    if (node.type === 'Property') {
      const key = textOf(node.key as SyntaxNode).replaceAll("'", '');
      for (const text of strings(node.value as SyntaxNode)) addTo(found.properties, key, text);
    }
    if (node.type === 'VariableDeclarator' && (node.init as SyntaxNode | null)?.type === 'ObjectExpression') {
      const table = textOf(node.id as SyntaxNode).split(':')[0];
      for (const { value } of (node.init as SyntaxNode).properties as { value?: SyntaxNode }[]) {
        for (const text of value ? strings(value) : []) addTo(found.tables, table, text);
      }
    }
    if (node.type === 'JSXText') loose(node, node.value as string);
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
      for (const child of node.children as SyntaxNode[]) {
        if (child.type !== 'JSXExpressionContainer') continue;
        for (const part of looseParts(child.expression as SyntaxNode)) loose(child, part);
      }
    }
    if (node.type === 'JSXAttribute' && SHOWN_ATTRIBUTES.includes(textOf(node.name as SyntaxNode))) {
      const value = node.value as SyntaxNode | null;
      const shown = value?.type === 'JSXExpressionContainer' ? (value.expression as SyntaxNode) : value;
      for (const part of shown ? looseParts(shown) : []) loose(node, part);
    }
  });
}

function visit(node: SyntaxNode, look: (node: SyntaxNode) => void): void {
  look(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') visit(child, look);
    }
  }
}

/** What an expression can evaluate to: both sides of a choice. */
function leaves(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'ConditionalExpression') {
    return [node.consequent, node.alternate].flatMap((side) => leaves(side as SyntaxNode));
  }
  if (node.type === 'LogicalExpression') {
    return [node.left, node.right].flatMap((side) => leaves(side as SyntaxNode));
  }
  return [node];
}

/** The text of a string or of a template without expressions. */
function literal(node: SyntaxNode): string | null {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  const quasis = node.type === 'TemplateLiteral' ? templateTexts(node) : [];
  return quasis.length === 1 ? quasis[0] : null;
}

function templateTexts(node: SyntaxNode): string[] {
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
}

function strings(node: SyntaxNode): string[] {
  const parts = node.type === 'ArrayExpression' ? (node.elements as SyntaxNode[]) : leaves(node);
  return parts.map(literal).filter((text) => text !== null && text !== '') as string[];
}

/** Text that an expression shows as it stands. */
function looseParts(node: SyntaxNode): string[] {
  return leaves(node).flatMap((leaf) =>
    leaf.type === 'TemplateLiteral' ? templateTexts(leaf) : (literal(leaf) ?? []),
  );
}

/** `action.words` -> 'words', `TITLES[shows]` -> 'TITLES', `displayOf(name).label` -> 'label'. */
function lastName(expression: string): string {
  return /(\w+)(\[[^\]]+\])?$/.exec(expression)?.[1] ?? expression;
}

/** 'The file ends before this valid time.': shown in place of what it tells about. */
function isSentence(text: string): boolean {
  return /^[A-Z].* .*\.$/.test(text);
}

function addTo(sets: Map<string, Set<string>>, name: string, text: string): void {
  sets.set(name, (sets.get(name) ?? new Set()).add(text));
}
