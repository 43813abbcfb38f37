/** Natural Earth's land at 1:50 million: coastlines as polylines, and land as an image for the bare globe. */
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import landUrl from 'world-atlas/land-50m.json?url';

type Land = Topology<{ land: GeometryCollection }>;

export interface Coastlines {
  /** Polylines of [longitude, latitude], degrees. */
  lines: number[][][];
  /** Plate carrée, north up, land white on black. */
  landImage: HTMLCanvasElement;
}

let loading: Promise<Coastlines> | undefined;

/** Fetches and decodes the coastlines once. */
export function loadCoastlines(): Promise<Coastlines> {
  loading ??= fetch(landUrl)
    .then((response) => response.json())
    .then((land: Land) => ({
      lines: withoutSeams(mesh(land, land.objects.land).coordinates),
      landImage: drawLand(land),
    }));
  return loading;
}

/** Polygons are cut at the date line and at the south pole; those cuts are no coast. */
function withoutSeams(lines: number[][][]): number[][][] {
  const onSeam = ([longitude, latitude]: number[]) => Math.abs(longitude) > 179.99 || latitude < -89.9;
  const kept: number[][][] = [];
  for (const line of lines) {
    let run: number[][] = [];
    for (const point of line) {
      if (onSeam(point) && run.length > 0 && onSeam(run[run.length - 1])) {
        if (run.length > 1) kept.push(run);
        run = [];
      }
      run.push(point);
    }
    if (run.length > 1) kept.push(run);
  }
  return kept;
}

function drawLand(land: Land): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 2048;
  canvas.height = 1024;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#fff';
  context.beginPath();
  for (const { geometry } of feature(land, land.objects.land).features) {
    const polygons = geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
    for (const ring of polygons.flat()) {
      ring.forEach(([longitude, latitude], i) => {
        const x = ((longitude + 180) / 360) * canvas.width;
        const y = ((90 - latitude) / 180) * canvas.height;
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.closePath();
    }
  }
  context.fill('evenodd');
  return canvas;
}
