import './kernel_reader.css';
import { useEffect, useRef, useState } from 'react';
import type { CompiledKernel } from '../../webgpu/device';
import { engine } from '../state/engine';
import { useKernels } from '../state/kernels';
import { reportError } from '../state/notices';
import { t } from '../words/words';
import { CloseIcon, CopyIcon } from './icons';
import { findKernel, KERNEL_FOLDERS } from './kernel_texts';

/** All kernels by folder, to be read; the reader opens over the page. */
export default function KernelReader() {
  const read = useKernels((state) => state.read);
  const found = read === null ? undefined : findKernel(read);
  return (
    <section className="section">
      <h2>{t('Read the WGSL')}</h2>
      <p className="empty-note">{t('Every kernel, forward and backward, with its formula.')}</p>
      <ul className="kernel-list">
        {KERNEL_FOLDERS.map(({ name, kernels }) => (
          <li key={name}>
            <button
              type="button"
              className="text-button"
              onClick={() => useKernels.setState({ read: kernels[0].name })}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
      {found && <Reader key={read} {...found} />}
    </section>
  );
}

function Reader({ folder, kernel }: NonNullable<ReturnType<typeof findKernel>>) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, choose] = useState(kernel);
  const [compiled, setCompiled] = useState<CompiledKernel[] | null>(null);
  const [version, chooseVersion] = useState(0);
  useEffect(() => {
    dialog.current?.showModal();
    let current = true;
    engine.call('compiledKernels').then((all) => {
      if (current) setCompiled(all);
    }, reportError);
    return () => {
      current = false;
    };
  }, []);

  const versions = compiled?.filter((one) => one.kernel === name) ?? [];
  const shown = versions[Math.min(version, versions.length - 1)];
  const text = shown?.code ?? folder.kernels.find((one) => one.name === name)!.body;
  const close = () => useKernels.setState({ read: null });
  return (
    <dialog ref={dialog} className="kernel-reader" onClose={close} aria-labelledby="kernel-title">
      <div className="title">
        <span id="kernel-title">{folder.name}</span>
        <button type="button" className="button bare icon" aria-label={t('Close')} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <div className="readme">
        {folder.readme.map(({ kind, text: part }) =>
          kind === 'formula' ? <pre key={part}>{part}</pre> : <p key={part}>{part.replaceAll('`', '')}</p>,
        )}
      </div>
      <div className="choose">
        <select
          aria-label={t('Kernel')}
          value={name}
          onChange={({ target }) => {
            choose(target.value);
            chooseVersion(0);
          }}
        >
          {folder.kernels.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
        </select>
        {versions.length > 1 && (
          <select
            aria-label={t('Compiled for')}
            value={version}
            onChange={({ target }) => chooseVersion(Number(target.value))}
          >
            {versions.map(({ code }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: versions are only ever added
              <option key={i} value={i}>
                {t('{number} of {count}: {constants}', {
                  number: i + 1,
                  count: versions.length,
                  constants: constantsOf(code),
                })}
              </option>
            ))}
          </select>
        )}
        <CopyButton text={text} />
      </div>
      {compiled && !shown && (
        <p className="why-below">
          {t('Not compiled on this device yet: its body, without the generated header.')}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reached by keyboard */}
      <section className="wgsl" tabIndex={0} aria-label={t('WGSL of {kernel}', { kernel: name })}>
        <pre>
          <Highlighted text={text} />
        </pre>
      </section>
    </dialog>
  );
}

/** What was switched on when a version was compiled, from its generated header. */
function constantsOf(code: string): string {
  const header = code.slice(0, code.indexOf('\n\n'));
  const bfloat16 = header.includes('unpack_bfloat16') ? ['bfloat16'] : [];
  const constants = [...header.matchAll(/^const (\w+)(?:: bool)? = (.+);$/gm)].flatMap(([, name, value]) =>
    value === 'true' ? [name] : value === 'false' ? [] : [`${name} ${value.replace(/u$/, '')}`],
  );
  return [...bfloat16, ...constants].join(', ').toLowerCase() || '–';
}

/** Comments recede; everything else is plain. */
function Highlighted({ text }: { text: string }) {
  return text.split('\n').map((line, i) => {
    const at = line.indexOf('//');
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
      <span key={i} className="line">
        {at < 0 ? line : line.slice(0, at)}
        {at >= 0 && <i>{line.slice(at)}</i>}
        {'\n'}
      </span>
    );
  });
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch (error) {
      reportError(error);
    }
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      <CopyIcon />
      {copied ? t('Copied') : t('Copy')}
    </button>
  );
}
