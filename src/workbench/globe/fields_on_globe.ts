/** The shown fields with their isolines, values, highs and lows, and the wind: made ready in a thread, then drawn. */
import { useEffect, useMemo, useRef } from 'react';
import type { DatasetSummary } from '../../worker/protocol';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { reportError } from '../state/notices';
import { isDifference, type ShownLayer, useShownField } from '../state/shown_field';
import { useWind, type Wind } from '../state/shown_wind';
import { useTheme } from '../state/theme';
import { useView } from '../state/view';
import { formatValue } from '../units';
import type { Mark } from './annotations';
import { calm } from './camera_controls';
import { type ColourMapName, colourTable } from './colour_map';
import { niceStep } from './colour_range';
import { prepare } from './drawing_thread';
import type { Between, DrawingWork } from './drawing_work';
import type { Isolines, LayerSlot } from './field_material';
import type { GlobeScene } from './globe_scene';
import { globeColours } from './globe_theme';
import { Lane } from './lane';

type MaybeScene = GlobeScene | null;

export function useFields(scene: MaybeScene): void {
  const theme = useTheme((state) => state.theme);
  const shown = useShownField();
  const hasField = shown.values !== null;
  useEffect(() => scene?.setColours(globeColours(theme, hasField)), [scene, theme, hasField]);
  useLayer(scene, 'A', shown);
  useLayer(scene, 'B', shown.other);
}

/** How a field's values become colours and lines. */
interface Looks {
  colourMap: ColourMapName;
  low: number;
  high: number;
  isolines: Isolines;
}

const NO_RANGE = { low: 0, high: 1 };

function useLayer(scene: MaybeScene, slot: LayerSlot, layer: ShownLayer | null): void {
  const dataset = useData((data) => data.dataset);
  const software = useDevice((device) => device.software);
  const lane = useMemo(() => new Lane(reportError), []);
  /** The values on the globe; those that are shown may still be on their way there. */
  const drawn = useRef<Float32Array | null>(null);
  const values = layer?.values ?? null;
  const between = useBetween(layer);
  const looks = useLooks(layer);
  const marks = useMarks(layer, dataset, looks.isolines);

  useEffect(() => {
    if (!scene) return;
    if (!values || !dataset) {
      lane.clear();
      drawn.current = null;
      scene.clearField(slot);
      scene.setMarks(slot, []);
      return;
    }
    const isDrawn = () => drawn.current === values && scene.showsField(slot, between);
    // Colours and lines of a field that is there already change at once.
    if (isDrawn()) applyLooks(scene, slot, looks);
    const { latitudes, longitudes } = dataset;
    lane.run(
      () =>
        Promise.all([
          isDrawn() ? null : prepare('field', { values, latitudes, longitudes, between }),
          marks && prepare('marks', marks.request),
        ]),
      ([raster, found]) => {
        if (raster) {
          scene.setField(slot, raster, between, !software && !calm());
          drawn.current = values;
        }
        applyLooks(scene, slot, looks);
        scene.setMarks(slot, found ? marks!.written(found) : []);
      },
    );
  }, [scene, slot, lane, values, between, dataset, software, looks, marks]);
}

function applyLooks(scene: GlobeScene, slot: LayerSlot, { colourMap, low, high, isolines }: Looks): void {
  scene.setColourMap(slot, colourTable(colourMap));
  scene.setRange(slot, low, high, isolines);
}

function useBetween(layer: ShownLayer | null): Between {
  const hasCells = useView((view) => view.overlays.cells);
  if (hasCells) return 'cells';
  // A gradient peaks at its own point.
  return layer?.layer === 'sensitivity' ? 'straight' : 'smooth';
}

function useLooks(layer: ShownLayer | null): Looks {
  // Between cells nothing is drawn: they have no lines of equal value.
  const wantsIsolines = useView((view) => view.overlays.isolines && !view.overlays.cells);
  const colourMap = layer?.colourMap ?? 'neutral';
  const { low, high } = layer?.range ?? NO_RANGE;
  const isSigned = layer !== null && (isDifference(layer.layer) || layer.display.range === 'symmetric');
  return useMemo(
    () => ({
      ...{ colourMap, low, high },
      isolines: {
        interval: wantsIsolines ? niceStep(high - low, 12) : 0,
        // About zero a line would only follow noise: the levels lie half an interval off it.
        offset: isSigned ? 0.5 : 0,
      },
    }),
    [colourMap, low, high, wantsIsolines, isSigned],
  );
}

/** Variables whose highs and lows forecasters mark. */
const WITH_EXTREMES = ['geopotential', 'mean_sea_level_pressure'];
/** Degrees between the values of isolines when the whole globe is seen. */
const LABEL_SPACING = 15;

/** Which values, highs and lows are looked for in a layer, and how they are written; null: none. */
function useMarks(layer: ShownLayer | null, dataset: DatasetSummary | null, isolines: Isolines) {
  const wantsExtremes = useView((view) => view.overlays.extremes);
  // Nearer, there is room for more; steps, so that labels stay put while the globe comes closer.
  const nearness = useView((view) => 2 ** Math.max(0, Math.round(Math.log2(view.camera.zoom))));
  const { values = null, range = NO_RANGE, variable = '' } = layer ?? {};
  const step = niceStep(range.high - range.low, 12);
  const hasExtremes =
    wantsExtremes && layer !== null && WITH_EXTREMES.includes(variable) && !isDifference(layer.layer);
  return useMemo(() => {
    if (!values || !dataset || (isolines.interval === 0 && !hasExtremes)) return null;
    const { latitudes, longitudes } = dataset;
    const request = {
      ...{ values, latitudes, longitudes, isolines },
      spacing: LABEL_SPACING / nearness,
      prominence: hasExtremes ? step / 5 : null,
    };
    const written = ({ extremes, labels }: DrawingWork['marks'][1]): Mark[] => [
      ...extremes.map(({ kind, place, value }) => ({ kind, place, text: plain(value, Math.max(1, step)) })),
      ...labels.map((label) => ({
        kind: 'value' as const,
        ...label,
        text: plain(label.value, labelStep(isolines)),
      })),
    ];
    return { request, written };
  }, [values, step, dataset, isolines, hasExtremes, nearness]);
}

/** As on weather charts: without separators of thousands. */
function plain(value: number, step: number): string {
  return formatValue(value, step).replaceAll(',', '');
}

/** The step whose multiples the isolines' values are. */
function labelStep({ interval, offset }: Isolines): number {
  return offset === 0 ? interval : interval * offset;
}

export function useWindOnGlobe(scene: MaybeScene): void {
  const [first, second] = useWind((state) => state.winds);
  const compared = useShownField(({ other }) => other !== null);
  useWindOf(scene, 'A', first);
  useWindOf(scene, 'B', compared ? second : null);
}

function useWindOf(scene: MaybeScene, slot: LayerSlot, wind: Wind | null): void {
  const dataset = useData((data) => data.dataset);
  const lane = useMemo(() => new Lane(reportError), []);
  useEffect(() => {
    if (!scene) return;
    const points = (dataset?.latitudes.length ?? 0) * (dataset?.longitudes.length ?? 0);
    if (!wind || !dataset || wind.u.length !== points) {
      lane.clear();
      scene.setWind(slot, null);
      return;
    }
    const { latitudes, longitudes } = dataset;
    const { u, v } = wind;
    lane.run(
      () => prepare('wind', { u, v, latitudes, longitudes }),
      (raster) => scene.setWind(slot, raster),
    );
  }, [scene, slot, lane, wind, dataset]);
}
