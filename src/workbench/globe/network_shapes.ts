/** Discs and arcs on the unit sphere as coloured triangles. */

/** Red, green, blue and opacity, 0 to 1. */
export type Colour = readonly [number, number, number, number];

/** Triangles, three vertices each. */
export interface Triangles {
  /** [vertices, 3] */
  positions: Float32Array;
  /** [vertices, 3]: where each vertex's shape is, so that on the map all of it lies on the same side. */
  anchors: Float32Array;
  /** [vertices, 4] */
  colours: Float32Array;
}

type Vector = readonly [number, number, number];

/** Above the surface and the coast. */
const DISC_HEIGHT = 1.004;
/** How high arcs rise, in units of their chord. */
const ARC_RISE = 0.06;
/** Longest piece of an arc, radians. */
const PIECE = 0.05;

/** Vertices that there is room for at first. */
const FIRST_ROOM = 3072;

export class NetworkShapes {
  /** Vertices so far; the arrays have room for more. */
  private vertices = 0;
  private positions = new Float32Array(3 * FIRST_ROOM);
  private anchors = new Float32Array(3 * FIRST_ROOM);
  private colours = new Float32Array(4 * FIRST_ROOM);

  /** A disc of a radius in radians; few `sides` where there are many discs. */
  disc(vectors: Float32Array, node: number, radius: number, colour: Colour, sides = 12): void {
    const centre = at(vectors, node);
    const [east, north] = tangents(centre);
    const corner = (side: number): Vector => {
      const angle = (2 * Math.PI * side) / sides;
      return combined(centre, DISC_HEIGHT, east, radius * Math.cos(angle), north, radius * Math.sin(angle));
    };
    for (let side = 0; side < sides; side++) {
      this.triangle(scaled(centre, DISC_HEIGHT), corner(side), corner(side + 1), centre, colour);
    }
  }

  /** A circle around a node, from one radius in radians to another. */
  ring(vectors: Float32Array, node: number, inner: number, outer: number, colour: Colour): void {
    const centre = at(vectors, node);
    const [east, north] = tangents(centre);
    const sides = 32;
    const corner = (side: number, radius: number): Vector => {
      const angle = (2 * Math.PI * side) / sides;
      return combined(
        centre,
        DISC_HEIGHT + 0.001,
        east,
        radius * Math.cos(angle),
        north,
        radius * Math.sin(angle),
      );
    };
    for (let side = 0; side < sides; side++) {
      const [a, b, c, d] = [
        corner(side, inner),
        corner(side, outer),
        corner(side + 1, inner),
        corner(side + 1, outer),
      ];
      this.triangle(a, b, c, centre, colour);
      this.triangle(c, b, d, centre, colour);
    }
  }

  /** A band of a half width in radians along the great circle between two nodes, the higher the longer it is. */
  arc(
    vectors: Float32Array,
    from: number,
    to: Float32Array,
    toNode: number,
    halfWidth: number,
    colour: Colour,
  ): void {
    const [a, b] = [at(vectors, from), at(to, toNode)];
    const chord = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    if (chord < 1e-6) return;
    const side = unit(cross(a, b));
    const pieces = Math.max(4, Math.ceil((2 * Math.asin(Math.min(1, chord / 2))) / PIECE));
    const point = (t: number, offset: number): Vector => {
      const along = unit([a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t, a[2] * (1 - t) + b[2] * t]);
      const height = DISC_HEIGHT + ARC_RISE * chord * Math.sin(Math.PI * t);
      return combined(along, height, side, offset, side, 0);
    };
    for (let piece = 0; piece < pieces; piece++) {
      const [start, end] = [piece / pieces, (piece + 1) / pieces];
      const anchor = unit(point((start + end) / 2, 0));
      const [p, q] = [point(start, -halfWidth), point(start, halfWidth)];
      const [r, s] = [point(end, -halfWidth), point(end, halfWidth)];
      this.triangle(p, q, r, anchor, colour);
      this.triangle(r, q, s, anchor, colour);
    }
  }

  triangles(): Triangles {
    return {
      positions: this.positions.slice(0, 3 * this.vertices),
      anchors: this.anchors.slice(0, 3 * this.vertices),
      colours: this.colours.slice(0, 4 * this.vertices),
    };
  }

  private triangle(a: Vector, b: Vector, c: Vector, anchor: Vector, colour: Colour): void {
    this.vertex(a, anchor, colour);
    this.vertex(b, anchor, colour);
    this.vertex(c, anchor, colour);
  }

  private vertex(place: Vector, anchor: Vector, colour: Colour): void {
    if (3 * this.vertices === this.positions.length) {
      this.positions = enlarged(this.positions);
      this.anchors = enlarged(this.anchors);
      this.colours = enlarged(this.colours);
    }
    const [three, four] = [3 * this.vertices, 4 * this.vertices];
    for (let axis = 0; axis < 3; axis++) {
      this.positions[three + axis] = place[axis];
      this.anchors[three + axis] = anchor[axis];
    }
    for (let channel = 0; channel < 4; channel++) this.colours[four + channel] = colour[channel];
    this.vertices++;
  }
}

function enlarged(array: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function at(vectors: Float32Array, node: number): Vector {
  return [vectors[3 * node], vectors[3 * node + 1], vectors[3 * node + 2]];
}

/** East and north at a place; at a pole any two that stand on each other. */
function tangents(place: Vector): [Vector, Vector] {
  const pole: Vector = Math.abs(place[2]) > 0.9999 ? [1, 0, 0] : [0, 0, 1];
  const east = unit(cross(pole, place));
  return [east, cross(place, east)];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(v: Vector): Vector {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

function scaled(v: Vector, by: number): Vector {
  return [v[0] * by, v[1] * by, v[2] * by];
}

function combined(a: Vector, x: number, b: Vector, y: number, c: Vector, z: number): Vector {
  return [a[0] * x + b[0] * y + c[0] * z, a[1] * x + b[1] * y + c[1] * z, a[2] * x + b[2] * y + c[2] * z];
}
