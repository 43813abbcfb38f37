import { parseArgs } from 'node:util';

/** Bad arguments: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

interface Option {
  /** Placeholder in the help; absent for a switch. */
  value?: string;
  help: string;
  /** Shown in the help; the command itself applies it. A switch is off, so it needs none. */
  default?: string;
  required?: true;
  /** May be given several times; see `texts`. */
  several?: true;
}

/** What a command takes. */
export interface CommandOptions {
  usage: string;
  summary: string;
  positionals?: string[];
  options: Record<string, Option>;
}

/** Values of a command line, checked against what the command takes. */
export interface ParsedOptions {
  positionals: string[];
  /** The first one of an option that is given several times. */
  text(name: string): string | undefined;
  texts(name: string): string[];
  flag(name: string): boolean;
  /** One of `allowed`; undefined when it was not given. Throws UsageError on anything else. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined;
  /** A whole number from `least`. Throws UsageError on anything else. */
  count(name: string, fallback: number, least?: number): number;
}

/**
 * Parses a command's arguments. `--help` prints the help and returns undefined.
 * @throws UsageError on unknown options, missing values or arguments
 */
export function parseOptions(command: CommandOptions, args: string[]): ParsedOptions | undefined {
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }> = {
    help: { type: 'boolean' },
  };
  for (const [name, { value, several }] of Object.entries(command.options)) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple: several ?? false };
  }
  const joined = valuesJoined(command, args);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: joined, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. To specify')[0]}\n\n${helpText(command)}`);
  }
  if (parsed.values.help) {
    console.log(helpText(command));
    return undefined;
  }
  const expected = command.positionals?.length ?? 0;
  if (parsed.positionals.length !== expected) {
    throw new UsageError(
      `Expected ${command.positionals?.join(' ') ?? 'no arguments beside options'}.\n\n${helpText(command)}`,
    );
  }
  const missing = Object.entries(command.options).find(
    ([name, o]) => o.required && parsed.values[name] === undefined,
  );
  if (missing) throw new UsageError(`--${missing[0]} is missing.\n\n${helpText(command)}`);
  const texts = (name: string) => [parsed.values[name] ?? []].flat() as string[];
  const text = (name: string): string | undefined => texts(name)[0];
  return {
    positionals: parsed.positionals,
    text,
    texts,
    flag: (name) => parsed.values[name] === true,
    choice(name, allowed) {
      const value = text(name);
      const found = allowed.find((one) => one === value);
      if (value !== undefined && found === undefined) {
        throw new UsageError(`--${name} is '${value}', expected one of ${allowed.join(', ')}.`);
      }
      return found;
    },
    count(name, fallback, least = 1) {
      const value = text(name);
      if (value === undefined) return fallback;
      const number = Number(value);
      if (!Number.isSafeInteger(number) || number < least) {
        throw new UsageError(`--${name} is '${value}', expected a whole number from ${least}.`);
      }
      return number;
    },
  };
}

/**
 * Arguments with each option's value joined to it, which spares a negative number from being taken for an option: the
 * command can then say what it expects instead.
 * @throws UsageError naming the option that lacks its value
 */
function valuesJoined(command: CommandOptions, args: string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--') return [...joined, ...args.slice(i)];
    const name = args[i].startsWith('--') ? args[i].slice(2) : '';
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (option?.value === undefined) {
      joined.push(args[i]);
      continue;
    }
    const value = args[++i];
    if (value === undefined || /^-[^\d.]/.test(value)) {
      throw new UsageError(`--${name} has no value, expected ${option.value}: ${option.help}.`);
    }
    joined.push(`--${name}=${value}`);
  }
  return joined;
}

function helpText(command: CommandOptions): string {
  const rows = Object.entries(command.options).map(([name, option]) => {
    const left = `--${name}${option.value ? ` ${option.value}` : ''}`;
    const unset = option.required ? 'required' : (option.default ?? (option.value ? 'none' : 'off'));
    return `  ${left.padEnd(24)} ${option.help} [${unset}]`;
  });
  return `Usage: graphcast ${command.usage}\n\n${command.summary}\n\n${rows.join('\n')}`;
}
