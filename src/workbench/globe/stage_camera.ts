/**
 * Where the globe or the map stands on the canvas, once or twice, and what lies under a point of it. The world of the
 * globe is the unit sphere; the world of the map is degrees, east of its middle meridian and north of the equator.
 */
import { OrthographicCamera, PerspectiveCamera, Raycaster, Sphere, Vector2, Vector3 } from 'three';
import type { Camera, Point, Projection } from '../location_hash';
import { longitudeLatitude } from './sphere_geometry';

/** A rectangle of the canvas, CSS pixels from its top left corner. */
export interface Viewport {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Size of the canvas, and what of it controls cover above and below, CSS pixels. */
export interface Stage {
  width: number;
  height: number;
  top: number;
  bottom: number;
}

/** A place as it is seen: CSS pixels from the canvas's top left corner. */
export interface Seen {
  x: number;
  y: number;
  /** 1 in the middle of the disc, 0 at its rim, negative behind; always 1 on the map. */
  facing: number;
}

const FIELD_OF_VIEW = 26;
const HALF_ANGLE = (FIELD_OF_VIEW / 2) * (Math.PI / 180);
/** Share of the free stage's shorter side that the globe fills at zoom 1. */
const FILL = 0.97;
/** Share of the stage's height that is left to the globe, whatever covers it. */
const LEAST_OPEN = 0.2;
const UNIT_SPHERE = new Sphere(new Vector3(), 1);

export class StageCamera {
  /** One, or two of the same size. */
  viewports: Viewport[] = [{ left: 0, top: 0, width: 1, height: 1 }];
  projection: Projection = 'globe';
  view: Camera = { longitude: 0, latitude: 0, zoom: 1 };
  private readonly globeCamera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 60);
  private readonly mapCamera = new OrthographicCamera(-1, 1, 1, -1, 0, 2);
  private stage: Stage = { width: 1, height: 1, top: 0, bottom: 0 };
  private twin = false;
  /** Of one viewport: how far its middle lies above the middle of what is free, and the height that is free. */
  private shift = 0;
  private openHeight = 1;
  private readonly ray = new Raycaster();
  private readonly vector = new Vector3();

  constructor() {
    this.globeCamera.up.set(0, 0, 1);
  }

  /** CSS pixels that a globe of zoom 1 is high. */
  get roomHeight(): number {
    return this.openHeight;
  }

  get camera(): PerspectiveCamera | OrthographicCamera {
    return this.projection === 'globe' ? this.globeCamera : this.mapCamera;
  }

  /** Two globes stand beside each other where there is width for it, else above each other. */
  get isStacked(): boolean {
    return this.stage.height - this.stage.top - this.stage.bottom > this.stage.width;
  }

  setStage(stage: Stage): void {
    this.stage = stage;
    this.arrange();
  }

  setTwin(twin: boolean): void {
    this.twin = twin;
    this.arrange();
  }

  setProjection(projection: Projection): void {
    this.projection = projection;
    this.update();
  }

  setView(view: Camera): void {
    this.view = view;
    this.update();
  }

  private arrange(): void {
    const { width, height, top, bottom } = this.stage;
    const open = Math.max(LEAST_OPEN * height, height - top - bottom);
    if (this.twin && this.isStacked) {
      const half = open / 2;
      this.viewports = [top, top + half].map((y) => ({ left: 0, top: y, width, height: half }));
      this.openHeight = half;
      this.shift = 0;
    } else {
      const count = this.twin ? 2 : 1;
      const w = width / count;
      this.viewports = Array.from({ length: count }, (_, i) => ({ left: i * w, top: 0, width: w, height }));
      this.openHeight = open;
      this.shift = (bottom - top) / 2;
    }
    this.update();
  }

  /** Sets both cameras up for the view and the size of a viewport. */
  private update(): void {
    const { width, height } = this.viewports[0];
    const { longitude, latitude, zoom } = this.view;
    const globe = this.globeCamera;
    globe.aspect = width / height;
    globe.setViewOffset(width, height, 0, this.shift, width, height);
    const lon = (longitude * Math.PI) / 180;
    // At a pole the camera's up would be its own direction.
    const lat = (Math.max(-89.9, Math.min(89.9, latitude)) * Math.PI) / 180;
    const distance = this.distance(zoom);
    globe.position.set(
      distance * Math.cos(lat) * Math.cos(lon),
      distance * Math.cos(lat) * Math.sin(lon),
      distance * Math.sin(lat),
    );
    globe.lookAt(0, 0, 0);
    globe.updateMatrixWorld();

    const map = this.mapCamera;
    const perPixel = this.mapDegreesPerPixel;
    map.right = (width / 2) * perPixel;
    map.left = -map.right;
    map.top = (height / 2) * perPixel;
    map.bottom = -map.top;
    map.setViewOffset(width, height, 0, this.shift, width, height);
    // What is free shows no more than the map has.
    const room = Math.max(0, 90 - (this.openHeight / 2) * perPixel);
    map.position.set(0, Math.max(-room, Math.min(room, latitude)), 1);
    map.updateProjectionMatrix();
    map.updateMatrixWorld();
  }

  /** Distance at which the globe's disc fills its share of the free stage, brought nearer by the zoom. */
  private distance(zoom: number): number {
    const { width, height } = this.viewports[0];
    const halfShorter = (Math.tan(HALF_ANGLE) * Math.min(this.openHeight, width)) / height;
    const whole = 1 / Math.sin(Math.atan(halfShorter * FILL));
    return 1 + (whole - 1) / zoom;
  }

  private get mapDegreesPerPixel(): number {
    const { width } = this.viewports[0];
    return 1 / (this.view.zoom * FILL * Math.min(width / 360, this.openHeight / 180));
  }

  /** Degrees of longitude and latitude that the middle moves when the pointer is dragged by one CSS pixel. */
  degreesPerPixel(): { longitude: number; latitude: number } {
    if (this.projection === 'flat') {
      const perPixel = this.mapDegreesPerPixel;
      return { longitude: perPixel, latitude: perPixel };
    }
    const { height } = this.viewports[0];
    const surfacePerPixel = (2 * Math.tan(HALF_ANGLE) * (this.distance(this.view.zoom) - 1)) / height;
    const perPixel = Math.min(0.6, (surfacePerPixel * 180) / Math.PI);
    // Near a pole the same sideways drag turns through more degrees of longitude.
    const stretch = 1 / Math.max(0.3, Math.cos((this.view.latitude * Math.PI) / 180));
    return { longitude: perPixel * stretch, latitude: perPixel };
  }

  /** The part of the sphere that can be seen: a cap around a direction, by the cosine of its angular radius. */
  visibleCap(): { centre: Vector3; cosine: number } {
    if (this.projection === 'flat') return { centre: this.vector.set(0, 0, 1), cosine: -1 };
    const distance = this.globeCamera.position.length();
    const centre = this.vector.copy(this.globeCamera.position).divideScalar(distance);
    const { width, height } = this.viewports[0];
    // The corner of the viewport, seen from the camera, until it misses the sphere.
    const corner = Math.atan((Math.tan(HALF_ANGLE) * Math.hypot(width, height)) / height);
    const reach = distance * Math.sin(corner);
    return { centre, cosine: reach >= 1 ? 1 / distance : Math.cos(Math.asin(reach) - corner) };
  }

  /** Place under a point of the canvas (CSS pixels); null off the globe or the map. */
  placeAt(x: number, y: number): Point | null {
    const viewport = this.viewports.find(
      ({ left, top, width, height }) => x >= left && x < left + width && y >= top && y < top + height,
    );
    if (!viewport) return null;
    const across = ((x - viewport.left) / viewport.width) * 2 - 1;
    const up = 1 - ((y - viewport.top) / viewport.height) * 2;
    if (this.projection === 'flat') {
      const { x: east, y: north } = this.vector.set(across, up, 0).unproject(this.mapCamera);
      if (Math.abs(east) > 180 || Math.abs(north) > 90) return null;
      return { longitude: wrapped(this.view.longitude + east), latitude: north };
    }
    this.ray.setFromCamera(new Vector2(across, up), this.globeCamera);
    const hit = this.ray.ray.intersectSphere(UNIT_SPHERE, this.vector);
    return hit && longitudeLatitude(hit.x, hit.y, hit.z);
  }

  /** Where a place is seen in a viewport. */
  project({ longitude, latitude }: Point, viewport: Viewport): Seen {
    const { vector } = this;
    let facing = 1;
    if (this.projection === 'flat') {
      vector.set(wrapped(longitude - this.view.longitude), latitude, 0);
    } else {
      const lon = (longitude * Math.PI) / 180;
      const lat = (latitude * Math.PI) / 180;
      vector.set(Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat));
      const { position } = this.globeCamera;
      facing = (vector.dot(position) - 1) / (position.length() - 1);
    }
    vector.project(this.camera);
    return {
      x: viewport.left + ((vector.x + 1) / 2) * viewport.width,
      y: viewport.top + ((1 - vector.y) / 2) * viewport.height,
      facing,
    };
  }
}

/** Degrees of longitude in [−180, 180). */
export function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
