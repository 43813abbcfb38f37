import { useLanguage } from './language';

/**
 * A text of the page in the user's language. English is written where it is used and is the key of every other
 * language; `{name}` stands for a value. To be called while rendering or in an event, never when a module loads.
 */
export function t(english: string, values: Record<string, string | number> = {}): string {
  const text = useLanguage.getState().words[english] ?? english;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
