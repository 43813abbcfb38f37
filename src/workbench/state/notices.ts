/** What the page has to tell its user: one sentence each, until dismissed. */
import { create } from 'zustand';
import { WorkbenchError } from '../../errors';
import { t } from '../words/words';

export interface Notice {
  id: number;
  tone: 'error' | 'info';
  text: string;
  /** What can be done about it; the notice goes with it. */
  action?: NoticeAction;
}

/** Of each kind only the last thing can be put back. */
export type Undoable = 'files' | 'forecast' | 'run';

export interface NoticeAction {
  label: string;
  run(): void;
  /** It puts back what was thrown away, of this kind; Ctrl+Z does it, too. */
  undoes?: Undoable;
  /** The notice has gone without it: what was kept for it can be let go. */
  missed?(): void;
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
  show([...others, { id: nextId++, tone, text, action }].slice(-SHOWN));
}

/** Says what was thrown away, with the way to put it back. @param missed as in {@link NoticeAction} */
export function offerUndo(undoes: Undoable, text: string, undo: () => void, missed?: () => void): void {
  useNotices.setState(({ notices }) => ({
    notices: notices.filter(({ action }) => action?.undoes !== undoes),
  }));
  notify('info', text, { label: 'Undo', undoes, run: undo, missed });
}

/** Takes what a notice offers, and the notice away. */
export function act({ id, action }: Notice): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
  action?.run();
}

/** The latest thing that can be put back. */
export function lastUndo(): Notice | undefined {
  return useNotices.getState().notices.findLast(({ action }) => action?.undoes);
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
  show(useNotices.getState().notices.filter((notice) => notice.id !== id));
}

function show(notices: Notice[]): void {
  const gone = useNotices.getState().notices.filter((notice) => !notices.includes(notice));
  useNotices.setState({ notices });
  for (const { action } of gone) action?.missed?.();
}
