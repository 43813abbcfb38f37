/** The page's language: the browser's until the user makes a choice of their own. */
import { create } from 'zustand';

export const LANGUAGES = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** A language's texts by the English that the page's code uses. */
export type Dictionary = Readonly<Record<string, string>>;

const STORED = 'language';

function initialLanguage(): Language {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === 'en' || stored === 'zh') return stored;
  } catch {
    // A browser that keeps nothing for this page: its own language counts.
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** English until another language's words have come. */
export const useLanguage = create<{ language: Language; words: Dictionary }>(() => ({
  language: 'en',
  words: {},
}));

/** Before anything is rendered. */
export async function startLanguage(): Promise<void> {
  const language = initialLanguage();
  if (language === 'en') return;
  // Without its words, which an old page may fail to fetch, there is English.
  await show(language).catch(console.error);
}

/** @throws TypeError when the language's words cannot be fetched; the page stays in its language */
export async function chooseLanguage(language: Language): Promise<void> {
  await show(language);
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Then the choice lasts until the page is closed.
  }
}

/** Fetches the words, shows them, and names the language on the root element for screen readers and fonts. */
async function show(language: Language): Promise<void> {
  const words = language === 'zh' ? (await import('./chinese')).CHINESE : {};
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  useLanguage.setState({ language, words });
}
