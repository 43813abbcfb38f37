import { checkpointTitle, titleOf, useBusy, useData } from '../state/data';
import { toggleTheme, useTheme } from '../state/theme';
import { useTraining } from '../state/training';
import { useView } from '../state/view';
import { FilePicker } from './file_picker';
import { KeysIcon, LightIcon, Mark } from './icons';

export function Header() {
  const { dataset, checkpoint, opening } = useData();
  const busy = useBusy();
  const preset = useTraining(({ settings }) => settings.preset);
  const theme = useTheme((state) => state.theme);
  const openTrainRoom = () => useView.setState({ room: 'train', sheetOpen: true });

  return (
    <header className="head">
      <h1>
        <Mark />
        <span>GraphCast Workbench</span>
      </h1>
      <div className="open">
        <FilePicker className="chip" kind="any" title="Open a dataset" disabled={busy}>
          <span className="what">data</span>
          <span className="name">
            {opening ? `opening ${opening}…` : dataset ? titleOf(dataset) : 'open…'}
          </span>
        </FilePicker>
        <button type="button" className="chip model" onClick={openTrainRoom}>
          <span className="what">model</span>
          <span className="name">{checkpoint ? checkpointTitle(checkpoint) : preset}</span>
        </button>
      </div>
      <div className="right">
        <button
          type="button"
          className="button bare icon"
          onClick={toggleTheme}
          aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
          title={theme === 'dark' ? 'Light colours' : 'Dark colours'}
        >
          <LightIcon />
        </button>
        <button
          type="button"
          className="button bare icon"
          onClick={() => useView.setState({ keysOpen: true })}
          aria-label="Keys"
          title="Keys (?)"
        >
          <KeysIcon />
        </button>
      </div>
    </header>
  );
}
