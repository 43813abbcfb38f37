import { layerName } from '../globe/layer_words';
import { LAYERS, type Layer, type Overlay } from '../location_hash';
import { nearestLevel, useData } from '../state/data';
import { availableLayers } from '../state/field_values';
import { useForecasts } from '../state/forecast';
import { useMeshSize } from '../state/mesh_size';
import { saveImage } from '../state/pictures';
import { useSensitivity } from '../state/sensitivity';
import {
  nextComparison,
  showField,
  showLayer,
  toggleOverlay,
  toggleProjection,
  useView,
} from '../state/view';
import { displayOf, formatPlace } from '../units';
import { t } from '../words/words';
import {
  CellsIcon,
  CompareIcon,
  ExtremesIcon,
  GraticuleIcon,
  IsolinesIcon,
  MapIcon,
  MeshIcon,
  PictureIcon,
  WindIcon,
} from './icons';

/** What is drawn on the globe: variable, level, layers, and what lies over them. */
export function FieldBar() {
  const dataset = useData((data) => data.dataset)!;
  const variable = useView((view) => view.variable);
  const level = useView((view) => view.level);
  const levels = dataset.variables.find(({ name }) => name === variable)?.hasLevel ? dataset.levels : [];

  return (
    <>
      <div className="field-bar">
        <select
          className="variable"
          aria-label={t('Variable')}
          title={t('Next variable: {key}', { key: 'V' })}
          value={variable}
          onChange={({ target }) => showField(target.value, nearestLevel(dataset, target.value, level))}
        >
          {dataset.variables.map(({ name, units }) => (
            <option key={name} value={name}>
              {t(displayOf(name, units).label)}
            </option>
          ))}
        </select>
        {levels.length > 0 && (
          <select
            aria-label={t('Level')}
            title={t('Level up or down: {key}', { key: '[ ]' })}
            value={level ?? ''}
            onChange={({ target }) => showField(variable, Number(target.value))}
          >
            {levels.map((pressure) => (
              <option key={pressure} value={pressure}>
                {pressure} hPa
              </option>
            ))}
          </select>
        )}
        <Layers />
        <MeshLevels />
        <PickNote />
      </div>
      <Tools />
    </>
  );
}

function Layers() {
  const layer = useView((view) => view.layer);
  const compare = useView((view) => view.compare);
  useForecasts(({ byInitialFrame }) => Object.keys(byInitialFrame).length > 0);
  useSensitivity(({ summary }) => summary !== null);
  const layers = availableLayers();
  return (
    <>
      <fieldset className="choices">
        <legend className="visually-hidden">{t('Layer')}</legend>
        {layers.map((name) => (
          <label key={name}>
            <input type="radio" name="layer" checked={layer === name} onChange={() => showLayer(name)} />
            {layerName(name)}
          </label>
        ))}
      </fieldset>
      {compare && (
        <select
          aria-label={t('Compared with')}
          value={compare.layer}
          onChange={({ target }) =>
            useView.setState({ compare: { ...compare, layer: target.value as Layer } })
          }
        >
          {LAYERS.filter((name) => name !== 'sensitivity' || layers.includes(name)).map((name) => (
            <option key={name} value={name}>
              {t('with {layer}', { layer: layerName(name) })}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

/** On narrow screens the way from a picked place to its figures, which lie in the sheet. */
function PickNote() {
  const pick = useView((view) => view.pick);
  if (!pick) return null;
  return (
    <button type="button" className="button pick-note" onClick={() => useView.setState({ sheetOpen: true })}>
      {t('{place}: through time', { place: formatPlace(pick) })}
    </button>
  );
}

/** Which levels of the multi-mesh are drawn. */
function MeshLevels() {
  const isOn = useView((view) => view.overlays.mesh);
  const chosen = useView((view) => view.meshLevels);
  const meshSize = useMeshSize();
  if (!isOn) return null;
  const all = Array.from({ length: meshSize + 1 }, (_, level) => level);
  const toggle = (level: number) => {
    const next = all.filter((one) => (one === level) !== (chosen ?? all).includes(one));
    useView.setState({ meshLevels: next.length === all.length ? null : next });
  };
  return (
    <fieldset className="choices" title={t('Levels of the multi-mesh; coarse first')}>
      <legend className="visually-hidden">{t('Mesh levels')}</legend>
      {all.map((level) => (
        <label key={level}>
          <input
            type="checkbox"
            checked={(chosen ?? all).includes(level)}
            onChange={() => toggle(level)}
            aria-label={t('Mesh level {level}', { level })}
          />
          {level}
        </label>
      ))}
    </fieldset>
  );
}

const OVERLAY_TOOLS: { overlay: Overlay; words: string; key: string; Icon: () => React.JSX.Element }[] = [
  { overlay: 'wind', words: 'Wind', key: 'W', Icon: WindIcon },
  { overlay: 'isolines', words: 'Isolines', key: 'I', Icon: IsolinesIcon },
  { overlay: 'extremes', words: 'Highs and lows', key: 'H', Icon: ExtremesIcon },
  { overlay: 'graticule', words: 'Graticule', key: 'G', Icon: GraticuleIcon },
  { overlay: 'mesh', words: 'Multi-mesh', key: 'M', Icon: MeshIcon },
  { overlay: 'cells', words: 'Grid cells', key: 'D', Icon: CellsIcon },
];

/** What lies over the field, the projection, a second layer, and a picture of it all. */
function Tools() {
  const overlays = useView((view) => view.overlays);
  const projection = useView((view) => view.projection);
  const compare = useView((view) => view.compare);
  return (
    <div className="globe-tools" role="toolbar" aria-label={t('On the globe')} aria-orientation="vertical">
      {OVERLAY_TOOLS.map(({ overlay, words, key, Icon }) => (
        <Tool
          key={overlay}
          words={t(words)}
          shortcut={key}
          pressed={overlays[overlay]}
          onClick={() => toggleOverlay(overlay)}
        >
          <Icon />
        </Tool>
      ))}
      <Tool words={t('Flat map')} shortcut="F" pressed={projection === 'flat'} onClick={toggleProjection}>
        <MapIcon />
      </Tool>
      <Tool words={t('Compare two layers')} shortcut="C" pressed={compare !== null} onClick={nextComparison}>
        <CompareIcon />
      </Tool>
      <Tool words={t('Save image')} shortcut="E" onClick={() => void saveImage()}>
        <PictureIcon />
      </Tool>
    </div>
  );
}

function Tool(props: {
  words: string;
  shortcut: string;
  pressed?: boolean;
  onClick(): void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      className="button bare icon"
      aria-pressed={props.pressed}
      aria-label={props.words}
      aria-keyshortcuts={props.shortcut}
      title={`${props.words}: ${props.shortcut}`}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
