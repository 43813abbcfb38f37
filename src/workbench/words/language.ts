/** The page's language: the browser's until the user makes a choice of their own. */
import { create } from 'zustand';

export const LANGUAGES = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = 'language';

function initialLanguage(): Language {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === 'en' || stored === 'zh') return stored;
  } catch {
    // A browser that keeps nothing for this page: its own language counts.
  }
  return globalThis.navigator?.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const useLanguage = create<{ language: Language }>(() => ({ language: initialLanguage() }));

export function chooseLanguage(language: Language): void {
  useLanguage.setState({ language });
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Then the choice lasts until the page is closed.
  }
}

/** Writes the language on the root element, for screen readers and fonts, now and on every change. */
export function applyLanguage(): void {
  const write = ({ language }: { language: Language }) => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  };
  write(useLanguage.getState());
  useLanguage.subscribe(write);
}
