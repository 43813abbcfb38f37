/** What every material on the stage shares: the projection, and which side of the divider a pixel lies on. */
import { Vector3 } from 'three';

export interface Projected {
  /** 1: the flat map, 0: the globe. */
  isMap: { value: number };
  /** Degrees, the map's middle meridian. */
  middle: { value: number };
  /** A pixel belongs to the second layer where x * divide.x + y * divide.y > divide.z (framebuffer pixels). */
  divide: { value: Vector3 };
}

export function projected(): Projected {
  return { isMap: { value: 0 }, middle: { value: 0 }, divide: { value: new Vector3(1, 0, 1e9) } };
}

/** The offset in [−180, 180) of longitudes in degrees, and the longitude of a direction that lies near `near`. */
export const PROJECTION_GLSL = /* glsl */ `
  float wrapped(float degrees) {
    return mod(degrees + 180.0, 360.0) - 180.0;
  }
  float longitudeOf(vec3 p, float otherwise) {
    return length(p.xy) < 1e-5 ? otherwise : atan(p.y, p.x) * 57.29577951308232;
  }
  /** Place on the map of one end of a short line; both ends lie on the side where its middle is. */
  vec2 onMap(vec3 p, vec3 lineMiddle, float middle) {
    float centre = longitudeOf(lineMiddle, 0.0);
    float east = wrapped(centre - middle) + wrapped(longitudeOf(p, centre) - centre);
    return vec2(east, asin(clamp(p.z / length(p), -1.0, 1.0)) * 57.29577951308232);
  }
`;
