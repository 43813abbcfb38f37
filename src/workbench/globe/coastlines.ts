/** Natural Earth's land at 1:110 and 1:50 million, or a planet's own: coastlines as segments, and land as an image. */
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { DatasetError } from '../../errors';
import { segmentsOnSphere } from './sphere_geometry';

type Land = Topology<{ land: GeometryCollection }>;

export interface Coastlines {
  /** Both ends of each segment, [2 * segments, 3], a little above the unit sphere. */
  segments: Float32Array;
  /** Plate carrée from the date line, south in its first row, land white on black. */
  landImage: ImageBitmap;
}

const HEIGHT = 1.002;

/** Fetches the Earth's coastlines and makes them ready to draw. @throws DatasetError when they cannot be fetched */
export async function earthCoastlines(address: string): Promise<Coastlines> {
  const response = await fetch(address);
  if (!response.ok)
    throw new DatasetError(
      `The coastlines could not be fetched (status ${response.status}): load the page again.`,
    );
  const land: Land = await response.json();
  return {
    segments: segmentsOnSphere(mesh(land, land.objects.land).coordinates, HEIGHT),
    landImage: landImage(2048, ringsOf(land).map(unrolled), [-360, 0, 360]),
  };
}

/** A planet's coastlines. @param lines polylines of [longitude, latitude] @param loops around its land */
export function planetCoastlines(lines: number[][][], loops: number[][][]): Coastlines {
  return { segments: segmentsOnSphere(lines, HEIGHT), landImage: landImage(1024, loops, [-360, 0]) };
}

/** @param turns degrees by which each ring is drawn again: one that crosses the date line comes in on the other side */
function landImage(width: number, rings: number[][][], turns: number[]): ImageBitmap {
  const canvas = new OffscreenCanvas(width, width / 2);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#fff';
  context.beginPath();
  for (const ring of rings) {
    for (const turn of turns) {
      ring.forEach(([longitude, latitude], i) => {
        const x = ((longitude + turn + 180) / 360) * canvas.width;
        const y = ((90 + latitude) / 180) * canvas.height;
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.closePath();
    }
  }
  context.fill('evenodd');
  return canvas.transferToImageBitmap();
}

function ringsOf(land: Land): number[][][] {
  return feature(land, land.objects.land).features.flatMap(({ geometry }) =>
    geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : [],
  );
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
