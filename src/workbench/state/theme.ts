/** Dark or light: the system's choice until the user makes their own. */
import { create } from 'zustand';

export type Theme = 'dark' | 'light';

const STORED = 'theme';
const lightSystem = window.matchMedia('(prefers-color-scheme: light)');

/** The user's choice; null without one, or where the browser keeps nothing for this page. */
function chosenTheme(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function initialTheme(): Theme {
  const stored = chosenTheme();
  if (stored === 'dark' || stored === 'light') return stored;
  return lightSystem.matches ? 'light' : 'dark';
}

export const useTheme = create<{ theme: Theme }>(() => ({ theme: initialTheme() }));

/** Writes the theme on the root element, where the style sheets read it, now and on every change. */
export function applyTheme(): void {
  const write = ({ theme }: { theme: Theme }) => {
    document.documentElement.dataset.theme = theme;
  };
  write(useTheme.getState());
  useTheme.subscribe(write);
  lightSystem.addEventListener('change', () => {
    if (chosenTheme() === null) useTheme.setState({ theme: initialTheme() });
  });
}

export function toggleTheme(): void {
  const theme = useTheme.getState().theme === 'dark' ? 'light' : 'dark';
  useTheme.setState({ theme });
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // Then the choice lasts until the page is closed.
  }
}
