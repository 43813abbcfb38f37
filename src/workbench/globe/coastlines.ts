/** Natural Earth's land at 1:110 and 1:50 million: coastlines as polylines, and land as an image for the bare globe. */
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import fineUrl from 'world-atlas/land-50m.json?url';
import coarseUrl from 'world-atlas/land-110m.json?url';
import { DatasetError } from '../../errors';

type Land = Topology<{ land: GeometryCollection }>;

export interface Coastlines {
  /** Polylines of [longitude, latitude], degrees. */
  lines: number[][][];
  /** Plate carrée, north up, land white on black. */
  landImage: HTMLCanvasElement;
}

export type Detail = 'coarse' | 'fine';

const ADDRESSES: Record<Detail, string> = { coarse: coarseUrl, fine: fineUrl };
const loaded = new Map<Detail, Promise<Coastlines>>();

/** Fetches and decodes the coastlines once; after a failure the next call tries again. */
export function loadCoastlines(detail: Detail): Promise<Coastlines> {
  let coastlines = loaded.get(detail);
  if (!coastlines) {
    coastlines = fetchCoastlines(ADDRESSES[detail]);
    loaded.set(detail, coastlines);
    coastlines.catch(() => loaded.delete(detail));
  }
  return coastlines;
}

async function fetchCoastlines(address: string): Promise<Coastlines> {
  const response = await fetch(address);
  if (!response.ok)
    throw new DatasetError(
      `The coastlines could not be fetched (status ${response.status}): load the page again.`,
    );
  const land: Land = await response.json();
  return { lines: mesh(land, land.objects.land).coordinates, landImage: drawLand(land) };
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
    const rings = geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : [];
    for (const ring of rings.map(unrolled)) {
      // A ring that crosses the date line leaves the image on one side and enters it on the other.
      for (const turn of [-360, 0, 360]) {
        ring.forEach(([longitude, latitude], i) => {
          const x = ((longitude + turn + 180) / 360) * canvas.width;
          const y = ((90 - latitude) / 180) * canvas.height;
          if (i === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        });
        context.closePath();
      }
    }
  }
  context.fill('evenodd');
  return canvas;
}

/** The ring without jumps of longitude; one that runs around a pole is closed over it. */
function unrolled(ring: number[][]): number[][] {
  const points: number[][] = [];
  for (const [longitude, latitude] of ring) {
    const before = points.at(-1)?.[0] ?? longitude;
    points.push([longitude + 360 * Math.round((before - longitude) / 360), latitude]);
  }
  const first = points[0];
  const last = points[points.length - 1];
  if (Math.abs(last[0] - first[0]) < 180) return points;
  const pole = last[1] < 0 ? -90 : 90;
  return [...points, [last[0], pole], [first[0], pole]];
}
