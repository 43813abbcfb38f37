import './command_palette.css';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { type Command, matching, usePalette } from '../state/commands';
import { t } from '../words/words';
import { allCommands } from './command_palette_list';

const close = () => usePalette.setState({ open: false });

/** On '/': type a few letters of what the page shall do, choose with the arrow keys, Enter. */
export function CommandPalette() {
  const open = usePalette((palette) => palette.open);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    // Closing gives the focus back to where it was.
    else dialog.current?.close();
  }, [open]);
  // The event comes late: by then the palette may be open again.
  const closed = () => {
    if (!dialog.current?.open) close();
  };
  return (
    <dialog ref={dialog} className="palette" aria-label={t('Commands')} onClose={closed}>
      {open && <Palette />}
    </dialog>
  );
}

function Palette() {
  const commands = useMemo(allCommands, []);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => matching(query, commands), [query, commands]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen option is kept in sight
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, found]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const last = found.length - 1;
    const to = {
      ArrowDown: at < last ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : last,
      PageDown: Math.min(last, at + PAGE),
      PageUp: Math.max(0, at - PAGE),
    }[event.key];
    // The page's own keys do nothing behind the palette.
    event.stopPropagation();
    if (to !== undefined) setAt(to);
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the field and the list alike
    <div onKeyDown={onKey}>
      <input
        type="text"
        role="combobox"
        aria-label={t('Command')}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={t('A room, a field, a level, a lesson, an action…')}
        value={query}
        onChange={({ target }) => {
          setQuery(target.value);
          setAt(0);
        }}
      />
      <div className="list" ref={list} id="palette-list" role="listbox" aria-label={t('Commands')}>
        {found.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
          <div
            key={`${command.group} ${command.words}`}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === at}
            onClick={() => run(command)}
          >
            <span className="group">{command.group}</span>
            <span>{command.words}</span>
            {command.key && <kbd>{command.key}</kbd>}
          </div>
        ))}
      </div>
      <p className="visually-hidden" role="status">
        {t('{count} commands', { count: found.length })}
      </p>
      {found.length === 0 && <p className="empty-note">{t('Nothing of that name: try fewer letters.')}</p>}
    </div>
  );
}

/** Options that Page Up and Page Down pass over. */
const PAGE = 8;
