/** What the page's stores say, told to the globe's scene: one hook per subject. */
import { type RefObject, useEffect, useState } from 'react';
import fineUrl from 'world-atlas/land-50m.json?url';
import coarseUrl from 'world-atlas/land-110m.json?url';
import type { DatasetSummary } from '../../worker/protocol';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { engine } from '../state/engine';
import { useForecasts } from '../state/forecast';
import { useMeshSize } from '../state/mesh_size';
import { reportError } from '../state/notices';
import { useShownField } from '../state/shown_field';
import { useView } from '../state/view';
import type { Coastlines } from './coastlines';
import { prepare } from './drawing_thread';
import { useFields, useWindOnGlobe } from './fields_on_globe';
import type { GlobeScene } from './globe_scene';
import { useNetworkOnGlobe } from './network_on_globe';

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
  useRehearsal(scene);
}

/** How long nothing is on its way before the page counts as at rest. */
const REST_MILLISECONDS = 500;

/** Once, when the first forecast has been made: until then it needs the GPU more. */
function useRehearsal(scene: MaybeScene): void {
  const isOpening = useData(({ opening }) => opening !== null);
  const isLooking = useDevice(({ status }) => status === 'looking');
  const isForecasting = useForecasts(({ running }) => running !== null);
  const [isDone, setDone] = useState(false);
  const isBusy = isOpening || isLooking || isForecasting;
  useEffect(() => {
    if (!scene || isBusy || isDone) return;
    const begin = setTimeout(() => {
      setDone(true);
      scene.rehearse().catch(reportError);
    }, REST_MILLISECONDS);
    return () => clearTimeout(begin);
  }, [scene, isBusy, isDone]);
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
  const detail = !planet && (near || idle) ? 'fine' : 'coarse';
  useEffect(() => {
    if (!scene) return;
    let current = true;
    const coastlines = planet ? planetCoastlines(planet) : earthCoastlines(detail);
    coastlines.then((coast) => {
      if (!current) return;
      scene.setCoastlines(coast);
      whenIdle(() => setIdle(true));
    }, reportError);
    return () => {
      current = false;
    };
  }, [scene, detail, planet]);
}

async function planetCoastlines({ latitudes, longitudes }: DatasetSummary): Promise<Coastlines> {
  const land = await engine.call('field', { variable: 'land_sea_mask', level: null, frame: 0 });
  return prepare('planet', { land, latitudes, longitudes });
}

const EARTH = { coarse: coarseUrl, fine: fineUrl };
const loaded = new Map<keyof typeof EARTH, Promise<Coastlines>>();

/** Fetched and decoded once; after a failure the next call tries again. */
function earthCoastlines(detail: keyof typeof EARTH): Promise<Coastlines> {
  let coastlines = loaded.get(detail);
  if (!coastlines) {
    coastlines = prepare('earth', { address: new URL(EARTH[detail], location.href).href });
    loaded.set(detail, coastlines);
    coastlines.catch(() => loaded.delete(detail));
  }
  return coastlines;
}

function whenIdle(work: () => void): void {
  // Safari has no idle callback yet.
  if ('requestIdleCallback' in window) window.requestIdleCallback(work, { timeout: 3000 });
  else setTimeout(work, 1000);
}

/** Zoom from which the coarse coastlines' corners are seen. */
const NEAR_ZOOM = 1.5;

/** CSS pixels above and below the globe that controls cover; above a field it is as much as the bar with its choices. */
const COVERED = {
  wide: { field: { bottom: 84 }, bare: { top: 12, bottom: 150 } },
  narrow: { field: { bottom: 76 }, bare: { top: 8, bottom: 216 } },
};
/** Width of the stage, CSS pixels, below which it is narrow. */
const NARROW = 560;
/** A third row of the bar comes and goes with what is picked: the globe stays where it is. */
const MOST_ROWS_ABOVE = 96;

function useFit(scene: MaybeScene, canvas: RefObject<HTMLCanvasElement | null>): void {
  const bare = useData((data) => data.dataset === null);
  const software = useDevice((device) => device.software);
  const sheetOpen = useView((view) => view.sheetOpen);
  useEffect(() => {
    const element = canvas.current;
    if (!scene || !element) return;
    scene.setSoftware(software);
    const sheet = sheetOpen ? document.querySelector('.sheet') : null;
    const bar = bare ? null : document.querySelector('.field-bar');
    const fit = () => {
      const { clientWidth: width, clientHeight: height } = element;
      const covered = COVERED[width < NARROW ? 'narrow' : 'wide'];
      const top = bar ? Math.min(MOST_ROWS_ABOVE, coveredAbove(bar, element)) : covered.bare.top;
      const below = covered[bare ? 'bare' : 'field'].bottom;
      const bottom = Math.max(below, sheet ? coveredBy(sheet, element) : 0);
      const ratio = software ? 1 : Math.min(2, window.devicePixelRatio);
      scene.resize({ width, height, top, bottom }, ratio);
    };
    const observer = new ResizeObserver(fit);
    for (const observed of [element, sheet, bar]) if (observed) observer.observe(observed);
    return () => observer.disconnect();
  }, [scene, canvas, bare, software, sheetOpen]);
}

/** CSS pixels of the canvas down to where a bar over it ends. */
function coveredAbove(bar: Element, canvas: Element): number {
  return bar.getBoundingClientRect().bottom - canvas.getBoundingClientRect().top;
}

/** CSS pixels of the canvas that a sheet hides; none on wide screens, where it is no box of its own. */
function coveredBy(sheet: Element, canvas: Element): number {
  const { top, height } = sheet.getBoundingClientRect();
  return height === 0 ? 0 : canvas.getBoundingClientRect().bottom - top;
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
    const arcs = async () => {
      const { vertices, edges, levels: levelOfEdge } = await engine.call('meshEdges', { meshSize });
      return prepare('mesh', { vertices, edges, levelOfEdge, levels: meshLevels });
    };
    arcs().then(({ positions, strengths }) => {
      if (current) scene.setMesh(positions, strengths);
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
