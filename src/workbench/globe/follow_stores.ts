/** What the page's stores say, told to the globe's scene: one hook per subject. */
import { type RefObject, useEffect, useMemo, useState } from 'react';
import type { DatasetSummary } from '../../worker/protocol';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { engine } from '../state/engine';
import { useMeshSize } from '../state/mesh_size';
import { reportError } from '../state/notices';
import { isDifference, type ShownLayer, useShownField } from '../state/shown_field';
import { useWind, type Wind } from '../state/shown_wind';
import { useTheme } from '../state/theme';
import { useView } from '../state/view';
import { formatValue } from '../units';
import type { Mark } from './annotations';
import { calm } from './camera_controls';
import { type Coastlines, loadCoastlines } from './coastlines';
import { colourTable } from './colour_map';
import { niceStep } from './colour_range';
import { extremes } from './extremes';
import type { Isolines, LayerSlot } from './field_material';
import { cellRaster, fieldRaster, straight } from './field_raster';
import type { GlobeScene } from './globe_scene';
import { globeColours } from './globe_theme';
import { isolineLabels } from './isoline_labels';
import { useNetworkOnGlobe } from './network_on_globe';
import { coastOf } from './planet_coast';
import { windRaster } from './wind_step';

type MaybeScene = GlobeScene | null;

export function useFollowedStores(scene: MaybeScene, canvas: RefObject<HTMLCanvasElement | null>): void {
  useFit(scene, canvas);
  useCoastlines(scene);
  useCamera(scene);
  useFields(scene);
  useWindOnGlobe(scene);
  useMeshOnGlobe(scene);
  useNodeEdges(scene);
  useNetworkOnGlobe(scene);
}

/**
 * Coarse ones first; fine ones when the browser has nothing better to do, or the globe comes nearer. A simulated planet
 * has its own.
 */
function useCoastlines(scene: MaybeScene): void {
  const dataset = useData((data) => data.dataset);
  const planet = dataset?.simulated ? dataset : null;
  const near = useView((view) => view.camera.zoom > NEAR_ZOOM);
  const [idle, setIdle] = useState(false);
  const detail = near || idle ? 'fine' : 'coarse';
  useEffect(() => {
    if (!scene) return;
    let current = true;
    const coastlines = planet ? planetCoastlines(planet) : loadCoastlines(detail);
    coastlines.then(({ lines, landImage }) => {
      if (!current) return;
      scene.setCoastlines(lines, landImage);
      whenIdle(() => setIdle(true));
    }, reportError);
    return () => {
      current = false;
    };
  }, [scene, detail, planet]);
}

async function planetCoastlines({ latitudes, longitudes }: DatasetSummary): Promise<Coastlines> {
  const land = await engine.call('field', { variable: 'land_sea_mask', level: null, frame: 0 });
  return coastOf(land, latitudes, longitudes);
}

function whenIdle(work: () => void): void {
  // Safari has no idle callback yet.
  if ('requestIdleCallback' in window) window.requestIdleCallback(work, { timeout: 3000 });
  else setTimeout(work, 1000);
}

/** Zoom from which the coarse coastlines' corners are seen. */
const NEAR_ZOOM = 1.5;

/** CSS pixels above and below the globe that controls cover. */
const COVERED = {
  wide: { field: { top: 48, bottom: 84 }, bare: { top: 12, bottom: 150 } },
  narrow: { field: { top: 88, bottom: 76 }, bare: { top: 8, bottom: 216 } },
};

function useFit(scene: MaybeScene, canvas: RefObject<HTMLCanvasElement | null>): void {
  const bare = useData((data) => data.dataset === null);
  const software = useDevice((device) => device.software);
  useEffect(() => {
    const element = canvas.current;
    if (!scene || !element) return;
    scene.setSoftware(software);
    const fit = () => {
      const { clientWidth: width, clientHeight: height } = element;
      const { top, bottom } = COVERED[width < 560 ? 'narrow' : 'wide'][bare ? 'bare' : 'field'];
      scene.resize({ width, height, top, bottom }, software ? 1 : Math.min(2, window.devicePixelRatio));
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scene, canvas, bare, software]);
}

function useCamera(scene: MaybeScene): void {
  const { camera, projection, compare, pick } = useView();
  const hasOther = useShownField(({ other }) => other !== null);
  const divider = compare && hasOther ? compare.divider : undefined;
  useEffect(() => scene?.setProjection(projection), [scene, projection]);
  useEffect(() => {
    if (divider === undefined) scene?.setDivision('none');
    else scene?.setDivision(divider === null ? 'two globes' : { divider });
  }, [scene, divider]);
  useEffect(() => scene?.setView(camera), [scene, camera]);
  useEffect(() => scene?.setPick(pick), [scene, pick]);
}

function useFields(scene: MaybeScene): void {
  const theme = useTheme((state) => state.theme);
  const shown = useShownField();
  const hasField = shown.values !== null;
  useEffect(() => scene?.setColours(globeColours(theme, hasField)), [scene, theme, hasField]);
  useLayer(scene, 'A', shown);
  useLayer(scene, 'B', shown.other);
}

const NO_RANGE = { low: 0, high: 1 };

function useLayer(scene: MaybeScene, slot: LayerSlot, layer: ShownLayer | null): void {
  const dataset = useData((data) => data.dataset);
  const software = useDevice((device) => device.software);
  const hasCells = useView((view) => view.overlays.cells);
  // Between cells nothing is drawn: they have no lines of equal value.
  const wantsIsolines = useView((view) => view.overlays.isolines && !view.overlays.cells);
  const values = layer?.values ?? null;
  const hasPeaks = layer?.layer === 'sensitivity';
  const colourMap = layer?.colourMap ?? 'neutral';
  const { low, high } = layer?.range ?? NO_RANGE;
  const isSigned = layer !== null && (isDifference(layer.layer) || layer.display.range === 'symmetric');
  const isolines = useMemo(
    // About zero a line would only follow noise: the levels lie half an interval off it.
    () => ({
      interval: wantsIsolines ? niceStep(high - low, 12) : 0,
      offset: isSigned ? 0.5 : 0,
    }),
    [wantsIsolines, low, high, isSigned],
  );
  useEffect(() => scene?.setColourMap(slot, colourTable(colourMap)), [scene, slot, colourMap]);
  useEffect(() => scene?.setRange(slot, low, high, isolines), [scene, slot, low, high, isolines]);
  useEffect(() => {
    if (!scene) return;
    if (!values || !dataset) {
      scene.clearField(slot);
      return;
    }
    const { latitudes, longitudes } = dataset;
    const raster = hasCells
      ? cellRaster(values, latitudes, longitudes)
      : fieldRaster(values, latitudes, longitudes, undefined, hasPeaks ? straight : undefined);
    scene.setField(slot, raster, !software && !calm());
  }, [scene, slot, values, hasPeaks, hasCells, dataset, software]);
  useMarks(scene, slot, layer, isolines);
}

/** Variables whose highs and lows forecasters mark. */
const WITH_EXTREMES = ['geopotential', 'mean_sea_level_pressure'];
/** Degrees between the values of isolines when the whole globe is seen. */
const LABEL_SPACING = 15;

function useMarks(scene: MaybeScene, slot: LayerSlot, layer: ShownLayer | null, isolines: Isolines): void {
  const dataset = useData((data) => data.dataset);
  const wantsExtremes = useView((view) => view.overlays.extremes);
  // Nearer, there is room for more; steps, so that labels stay put while the globe comes closer.
  const nearness = useView((view) => 2 ** Math.max(0, Math.round(Math.log2(view.camera.zoom))));
  useEffect(() => {
    if (!scene) return;
    const marks: Mark[] = [];
    if (layer?.values && dataset) {
      const { values, range, variable } = layer;
      const { latitudes, longitudes } = dataset;
      const step = niceStep(range.high - range.low, 12);
      if (wantsExtremes && WITH_EXTREMES.includes(variable) && !isDifference(layer.layer)) {
        for (const { kind, place, value } of extremes(values, latitudes, longitudes, step / 5))
          marks.push({ kind, place, text: plain(value, Math.max(1, step)) });
      }
      for (const label of isolineLabels(values, latitudes, longitudes, isolines, LABEL_SPACING / nearness))
        marks.push({ kind: 'value', ...label, text: plain(label.value, labelStep(isolines)) });
    }
    scene.setMarks(slot, marks);
  }, [scene, slot, layer, dataset, isolines, wantsExtremes, nearness]);
}

/** As on weather charts: without separators of thousands. */
function plain(value: number, step: number): string {
  return formatValue(value, step).replaceAll(',', '');
}

/** The step whose multiples the isolines' values are. */
function labelStep({ interval, offset }: Isolines): number {
  return offset === 0 ? interval : interval * offset;
}

function useWindOnGlobe(scene: MaybeScene): void {
  const dataset = useData((data) => data.dataset);
  const [first, second] = useWind((state) => state.winds);
  const compared = useShownField(({ other }) => other !== null);
  useEffect(() => scene?.setWind('A', rasterOf(first, dataset)), [scene, first, dataset]);
  useEffect(
    () => scene?.setWind('B', compared ? rasterOf(second, dataset) : null),
    [scene, second, dataset, compared],
  );
}

function rasterOf(wind: Wind | null, dataset: DatasetSummary | null) {
  if (!wind || wind.u.length !== (dataset?.latitudes.length ?? 0) * (dataset?.longitudes.length ?? 0))
    return null;
  return dataset && windRaster(wind.u, wind.v, dataset.latitudes, dataset.longitudes);
}

/** The multi-mesh: always on the bare globe, on a field when asked for. */
function useMeshOnGlobe(scene: MaybeScene): void {
  const meshSize = useMeshSize();
  const { overlays, meshLevels } = useView();
  const bare = useData((data) => data.dataset === null);
  const visible = overlays.mesh || bare;

  useEffect(() => scene?.showGraticule(overlays.graticule), [scene, overlays.graticule]);
  useEffect(() => scene?.showMesh(visible), [scene, visible]);
  useEffect(() => {
    if (!scene || !visible) return;
    let current = true;
    engine.call('meshEdges', { meshSize }).then(({ vertices, edges, levels }) => {
      if (current) scene.setMesh(vertices, edges, levels, meshLevels);
    }, reportError);
    return () => {
      current = false;
    };
  }, [scene, meshSize, visible, meshLevels]);
}

const NO_EDGES = new Float32Array();
/** GraphCast's own encoder radius, in longest edges of the finest mesh. */
const RADIUS_FRACTION = 0.6;

/** With the mesh, the edges between it and the grid node that is nearest to the picked place. */
function useNodeEdges(scene: MaybeScene): void {
  const meshSize = useMeshSize();
  const dataset = useData((data) => data.dataset);
  const radiusFraction = useData(
    ({ checkpoint }) => checkpoint?.model.radius_query_fraction_edge_length ?? RADIUS_FRACTION,
  );
  const pick = useView((view) => (view.overlays.mesh ? view.pick : null));
  useEffect(() => {
    if (!scene) return;
    if (!pick || !dataset) {
      scene.setNodeEdges(NO_EDGES, NO_EDGES);
      return;
    }
    let current = true;
    const { latitudes, longitudes } = dataset;
    const latitude = nearest(latitudes, (value) => Math.abs(value - pick.latitude));
    const longitude = nearest(
      longitudes,
      (value) => 1 - Math.cos(((value - pick.longitude) * Math.PI) / 180),
    );
    engine
      .call('nodeEdges', { meshSize, radiusFraction, longitude, latitude })
      .then(({ gridToMesh, meshToGrid }) => {
        if (current) scene.setNodeEdges(gridToMesh, meshToGrid);
      }, reportError);
    return () => {
      current = false;
    };
  }, [scene, pick, dataset, meshSize, radiusFraction]);
}

function nearest(values: Float32Array, distance: (value: number) => number): number {
  return values.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}
