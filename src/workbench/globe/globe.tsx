import { useEffect, useRef, useState } from 'react';
import type { Point } from '../location_hash';
import { useData } from '../state/data';
import { notify } from '../state/notices';
import { useShownField } from '../state/shown_field';
import { moveCamera, pickPlace, useView } from '../state/view';
import { formatPlace, formatValue } from '../units';
import { t } from '../words/words';
import { attachCameraControls } from './camera_controls';
import { Divider } from './divider';
import { valueAt } from './field_raster';
import { useFollowedStores } from './follow_stores';
import { GlobeScene } from './globe_scene';
import { layerTitle } from './layer_words';
import { setStageScene } from './stage_scene';

interface Reading extends Point {
  left: number;
  top: number;
}

/** The globe or map with its fields, following the stores; the value under the pointer beside it. */
export default function Globe() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const labels = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<GlobeScene | null>(null);
  const [reading, setReading] = useState<Reading | null>(null);
  const shown = useShownField();

  useEffect(() => {
    const element = canvas.current!;
    let made: GlobeScene;
    try {
      made = new GlobeScene(element, labels.current!);
    } catch {
      notify(
        'error',
        t('The globe needs WebGL 2, which this browser does not offer: switch on hardware acceleration.'),
      );
      return;
    }
    setScene(made);
    setStageScene(made);
    const detach = attachCameraControls(
      element,
      made.stage,
      () => useView.getState().camera,
      moveCamera,
      (pointer) => {
        const place = pointer && made.stage.placeAt(pointer.x, pointer.y);
        setReading(place && { left: pointer.x, top: pointer.y, ...place });
      },
      (pointer) => {
        const place = made.stage.placeAt(pointer.x, pointer.y);
        if (place && useData.getState().dataset) pickPlace(place);
      },
    );
    return () => {
      detach();
      setStageScene(null);
      made.dispose();
    };
  }, []);

  useFollowedStores(scene, canvas);

  return (
    <div className="globe">
      <canvas
        ref={canvas}
        role="img"
        aria-label={shown.values ? t('Globe: {field}', { field: layerTitle(shown) }) : t('Globe')}
      />
      <canvas ref={labels} className="labels" />
      <Divider />
      {reading && <PointerReading {...reading} />}
    </div>
  );
}

function PointerReading({ left, top, longitude, latitude }: Reading) {
  const { values, unit, other } = useShownField();
  const dataset = useData((data) => data.dataset);
  const at = (field: Float32Array | null | undefined) =>
    field && dataset ? valueAt(field, dataset.latitudes, dataset.longitudes, latitude, longitude) : null;
  const [value, otherValue] = [at(values), at(other?.values)];
  return (
    <div className="reading" style={{ left, top }}>
      {value !== null && (
        <strong>
          {formatValue(value)} {unit}
          {otherValue !== null && ` · ${formatValue(otherValue)} ${other!.unit}`}
        </strong>
      )}
      <span>{formatPlace({ longitude, latitude })}</span>
    </div>
  );
}
