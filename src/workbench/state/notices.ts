/** What the page has to tell its user: one sentence each, until dismissed. */
import { create } from 'zustand';
import { WorkbenchError } from '../../errors';
import { t } from '../words/words';

export interface Notice {
  id: number;
  tone: 'error' | 'info';
  text: string;
  /** What can be done about it; the notice goes with it. */
  action?: { label: string; run(): void };
}

interface Notices {
  notices: Notice[];
}

export const useNotices = create<Notices>(() => ({ notices: [] }));

const SHOWN = 3;
let nextId = 1;

export function notify(tone: Notice['tone'], text: string, action?: Notice['action']): void {
  const { notices } = useNotices.getState();
  const others = notices.filter((notice) => notice.text !== text);
  useNotices.setState({ notices: [...others, { id: nextId++, tone, text, action }].slice(-SHOWN) });
}

/** Shows an error: a WorkbenchError's sentence as it is; anything else is a defect and says so. */
export function reportError(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WorkbenchError) {
    notify('error', message);
  } else {
    console.error(error);
    notify('error', t('Something went wrong that should not have: {message}', { message }));
  }
}

export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
