import { useEffect, useRef, useState } from 'react';
import type { DatasetSummary } from '../../worker/protocol';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { engine } from '../state/engine';
import { notify, reportError } from '../state/notices';
import { useShownField } from '../state/shown_field';
import { useTheme } from '../state/theme';
import { useTraining } from '../state/training';
import { moveCamera, useView } from '../state/view';
import { formatValue } from '../units';
import { attachCameraControls, calm } from './camera_controls';
import { type Coastlines, loadCoastlines } from './coastlines';
import { colourTable } from './colour_map';
import { niceStep } from './colour_range';
import { fieldRaster, valueAt } from './field_raster';
import { GlobeScene } from './globe_scene';
import { globeColours } from './globe_theme';
import { coastOf } from './planet_coast';

interface Reading {
  left: number;
  top: number;
  longitude: number;
  latitude: number;
}

/** The globe with its field, following the stores; the value under the pointer beside it. */
export default function Globe() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<GlobeScene | null>(null);
  const [reading, setReading] = useState<Reading | null>(null);
  const label = useShownField(({ values, display }) => (values ? `Globe: ${display.label}` : 'Globe'));

  useEffect(() => {
    const element = canvas.current!;
    let made: GlobeScene;
    try {
      made = new GlobeScene(element);
    } catch {
      notify(
        'error',
        'The globe needs WebGL 2, which this browser does not offer: switch on hardware acceleration.',
      );
      return;
    }
    setScene(made);
    const detach = attachCameraControls(
      element,
      made,
      () => useView.getState().camera,
      moveCamera,
      (pointer) => setReading(pointer && readingAt(made, element, pointer)),
    );
    return () => {
      detach();
      made.dispose();
    };
  }, []);

  useFit(scene, canvas);
  useCoastlines(scene);
  useCamera(scene);
  useFieldOnGlobe(scene);
  useMeshOnGlobe(scene);

  return (
    <div className="globe">
      <canvas ref={canvas} role="img" aria-label={label} />
      {reading && <PointerReading {...reading} />}
    </div>
  );
}

/**
 * Coarse ones first; fine ones when the browser has nothing better to do, or the globe comes nearer. A simulated planet
 * has its own.
 */
function useCoastlines(scene: GlobeScene | null): void {
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

function useFit(scene: GlobeScene | null, canvas: React.RefObject<HTMLCanvasElement | null>): void {
  const bare = useData((data) => data.dataset === null);
  const software = useDevice((device) => device.software);
  useEffect(() => {
    const element = canvas.current;
    if (!scene || !element) return;
    const fit = () => {
      const { clientWidth, clientHeight } = element;
      const { top, bottom } = COVERED[clientWidth < 560 ? 'narrow' : 'wide'][bare ? 'bare' : 'field'];
      const pixelRatio = software ? 1 : Math.min(2, window.devicePixelRatio);
      scene.resize(clientWidth, clientHeight, pixelRatio, top, bottom);
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scene, canvas, bare, software]);
}

function useCamera(scene: GlobeScene | null): void {
  const camera = useView((view) => view.camera);
  useEffect(() => scene?.setView(camera), [scene, camera]);
}

function useFieldOnGlobe(scene: GlobeScene | null): void {
  const theme = useTheme((state) => state.theme);
  const dataset = useData((data) => data.dataset);
  const { values, range, colourMap } = useShownField();
  const isolines = useView((view) => view.isolines);
  const software = useDevice((device) => device.software);
  const { low, high } = range;

  useEffect(() => scene?.setColours(globeColours(theme, values !== null)), [scene, theme, values]);
  useEffect(() => scene?.setColourMap(colourTable(colourMap)), [scene, colourMap]);
  useEffect(
    // About zero a line would only follow noise: the levels lie half an interval off it.
    () =>
      scene?.setRange(low, high, {
        interval: isolines ? niceStep(high - low, 12) : 0,
        offset: low === -high ? 0.5 : 0,
      }),
    [scene, low, high, isolines],
  );
  useEffect(() => {
    if (!scene) return;
    if (!values || !dataset) scene.clearField();
    else scene.setField(fieldRaster(values, dataset.latitudes, dataset.longitudes), !software && !calm());
  }, [scene, values, dataset, software]);
}

/** The chosen configuration's multi-mesh: always on the bare globe, on a field when asked for. */
function useMeshOnGlobe(scene: GlobeScene | null): void {
  const chosen = useTraining(({ settings }) => settings.meshSize);
  const meshSize = useData(({ checkpoint }) => checkpoint?.model.mesh_size ?? chosen);
  const wanted = useView((view) => view.mesh);
  const bare = useData((data) => data.dataset === null);
  const visible = wanted || bare;

  useEffect(() => scene?.showMesh(visible), [scene, visible]);
  useEffect(() => {
    if (!scene || !visible) return;
    let current = true;
    engine.call('meshEdges', { meshSize }).then(({ vertices, edges, levels }) => {
      if (current) scene.setMesh(vertices, edges, levels);
    }, reportError);
    return () => {
      current = false;
    };
  }, [scene, meshSize, visible]);
}

function readingAt(
  scene: GlobeScene,
  element: HTMLElement,
  pointer: { x: number; y: number },
): Reading | null {
  const { clientWidth, clientHeight } = element;
  const place = scene.placeAt((pointer.x / clientWidth) * 2 - 1, 1 - (pointer.y / clientHeight) * 2);
  return place && { left: pointer.x, top: pointer.y, ...place };
}

function PointerReading({ left, top, longitude, latitude }: Reading) {
  const { values, unit } = useShownField();
  const dataset = useData((data) => data.dataset);
  const value =
    values && dataset && valueAt(values, dataset.latitudes, dataset.longitudes, latitude, longitude);
  return (
    <div className="reading" style={{ left, top }}>
      {value !== null && (
        <strong>
          {formatValue(value)} {unit}
        </strong>
      )}
      <span>
        {degrees(latitude, 'N', 'S')} {degrees(longitude, 'E', 'W')}
      </span>
    </div>
  );
}

function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(1)}° ${value < 0 ? negative : positive}`;
}
