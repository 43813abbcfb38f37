import { checkpointTitle, titleOf, useBusy, useData } from '../state/data';
import { reportError } from '../state/notices';
import { toggleTheme, useTheme } from '../state/theme';
import { useTraining } from '../state/training';
import { useView } from '../state/view';
import { chooseLanguage, LANGUAGES, useLanguage } from '../words/language';
import { t } from '../words/words';
import { FilePicker } from './file_picker';
import { KeysIcon, LightIcon, Mark } from './icons';

export function Header() {
  const { dataset, checkpoint, opening } = useData();
  const busy = useBusy();
  const preset = useTraining(({ settings }) => settings.preset);
  const theme = useTheme((state) => state.theme);
  const lightOrDark = theme === 'dark' ? t('Light colours') : t('Dark colours');
  const openTrainRoom = () => useView.setState({ room: 'train', sheetOpen: true });

  return (
    <header className="head">
      <h1>
        <Mark />
        <span>GraphCast Workbench</span>
      </h1>
      <div className="open">
        <FilePicker className="chip" kind="any" title={t('Open a dataset')} disabled={busy}>
          <span className="what">{t('data')}</span>
          <span className="name">
            {opening ? t('opening {name}…', { name: opening }) : dataset ? titleOf(dataset) : t('open…')}
          </span>
        </FilePicker>
        <button type="button" className="chip model" onClick={openTrainRoom}>
          <span className="what">{t('model')}</span>
          <span className="name">{checkpoint ? checkpointTitle(checkpoint) : preset}</span>
        </button>
      </div>
      <div className="right">
        <LanguageSwitch />
        <button
          type="button"
          className="button bare icon"
          onClick={toggleTheme}
          aria-label={lightOrDark}
          title={lightOrDark}
        >
          <LightIcon />
        </button>
        <button
          type="button"
          className="button bare icon"
          onClick={() => useView.setState({ keysOpen: true })}
          aria-label={t('Keys')}
          title={`${t('Keys')} (?)`}
        >
          <KeysIcon />
        </button>
      </div>
    </header>
  );
}

/** Names the other language as its speakers write it. */
function LanguageSwitch() {
  const other = useLanguage(({ language }) => (language === 'en' ? 'zh' : 'en'));
  return (
    <button
      type="button"
      className="button bare"
      lang={other === 'zh' ? 'zh-Hans' : 'en'}
      aria-label={LANGUAGES[other]}
      title={LANGUAGES[other]}
      onClick={() => void chooseLanguage(other).catch(reportError)}
    >
      {other === 'zh' ? LANGUAGES.zh : 'EN'}
    </button>
  );
}
